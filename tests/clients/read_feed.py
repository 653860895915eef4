"""Reads a therapist's calendar feed with two implementations, icalendar and vobject.

usage: read_feed.py < FEED.ics

Prints one JSON object: the events as each of the two read them.
"""

import json
import sys

import vobject
from icalendar import Calendar


def main():
    text = sys.stdin.buffer.read().decode()
    print(json.dumps({"icalendar": by_icalendar(text), "vobject": by_vobject(text)}))


def by_icalendar(text):
    calendar = Calendar.from_ical(text)
    wrong = [str(error) for component in calendar.walk() for error in component.errors]
    assert not wrong, wrong
    return [
        told(event["UID"], event["DTSTART"].dt, event["DTEND"].dt, event["SUMMARY"], event["LOCATION"], event["STATUS"])
        for event in calendar.walk("VEVENT")
    ]


def by_vobject(text):
    events = vobject.readOne(text).contents.get("vevent", [])
    return [
        told(it.uid.value, it.dtstart.value, it.dtend.value, it.summary.value, it.location.value, it.status.value)
        for it in events
    ]


def told(uid, start, end, summary, location, status):
    return {
        "uid": str(uid),
        "start_seconds": int(start.timestamp()),
        "end_seconds": int(end.timestamp()),
        "summary": str(summary),
        "location": str(location),
        "status": str(status),
    }


if __name__ == "__main__":
    main()
