"""Reads the calendar part of a letter as a client's calendar would.

usage: read_calendar.py < LETTER.eml

Prints one JSON object: the method that the content type names, the one that the
calendar names, and its events. Fails where there is not exactly one such part.
"""

import email
import email.policy
import json
import sys

from icalendar import Calendar


def main():
    letter = email.message_from_binary_file(sys.stdin.buffer, policy=email.policy.default)
    (part,) = [part for part in letter.walk() if part.get_content_type() == "text/calendar"]
    calendar = Calendar.from_ical(part.get_content())
    print(
        json.dumps(
            {
                "to": letter["To"],
                "content_type_method": part["Content-Type"].params["method"],
                "method": calendar["METHOD"],
                "errors": [error for component in calendar.walk() for error in map(str, component.errors)],
                "events": [event(component) for component in calendar.walk("VEVENT")],
            }
        )
    )


def event(component):
    attendees = component.get("ATTENDEE", [])
    return {
        "uid": component["UID"],
        "sequence": int(component["SEQUENCE"]),
        "attendees": [str(attendee) for attendee in (attendees if isinstance(attendees, list) else [attendees])],
        "utc": all(component[name].to_ical().endswith(b"Z") for name in ("DTSTART", "DTEND", "DTSTAMP")),
        "start_seconds": int(component["DTSTART"].dt.timestamp()),
        "end_seconds": int(component["DTEND"].dt.timestamp()),
    }


if __name__ == "__main__":
    main()
