"""Reads letters as mail programs and calendars would: with Python's email, icalendar and vobject.

usage: read_letters.py < LETTERS

Each letter comes as two big-endian 32-bit numbers, which letter it is a variant of
and its length in bytes, and then its bytes. The first of a variant says what all
others must look like, but for the words: the same headers, parts, calendar
components and properties. Prints one JSON object: how many were read, and what
was wrong with which.
"""

import email
import email.policy
import json
import struct
import sys

import vobject
from icalendar import Calendar


def main():
    letters, shapes, problems = 0, {}, []
    while head := sys.stdin.buffer.read(8):
        variant, length = struct.unpack(">II", head)
        message = sys.stdin.buffer.read(length)
        try:
            found = shape(message)
            if found != shapes.setdefault(variant, found):
                problems.append({"letter": letters, "variant": variant, "found": str(found)})
        except Exception as error:
            problems.append({"letter": letters, "variant": variant, "error": f"{type(error).__name__}: {error}"})
        letters += 1
    print(json.dumps({"letters": letters, "problems": problems[:20]}))


def shape(message):
    letter = email.message_from_bytes(message, policy=email.policy.default)
    parts = list(letter.walk())
    defects = [str(defect) for part in parts for defect in part.defects]
    defects += [str(defect) for part in parts for value in part.values() for defect in value.defects]
    return {
        "headers": letter.keys(),
        "from": [address.addr_spec for address in letter["From"].addresses],
        "to": [address.addr_spec for address in letter["To"].addresses],
        "parts": [(part.keys(), part["Content-Type"].content_type) for part in parts],
        "calendars": [calendar(part) for part in parts if part.get_content_type() == "text/calendar"],
        "defects": defects,
    }


def calendar(part):
    text = part.get_content()
    one = Calendar.from_ical(text)
    (other,) = vobject.readComponents(text)
    (event,) = one.walk("VEVENT")
    if str(event["SUMMARY"]) != other.vevent.summary.value:
        raise ValueError("the two calendars read different summaries")
    if str(one["METHOD"]) != part["Content-Type"].params["method"]:
        raise ValueError("the part and its content type name different methods")
    return {
        "method": str(one["METHOD"]),
        "components": [(component.name, sorted(component.keys())) for component in one.walk()],
        "others": sorted((line.name, sorted(line.params)) for line in other.vevent.lines()),
        "attendee": str(event["ATTENDEE"]),
        "errors": [str(error) for component in one.walk() for error in component.errors],
    }


if __name__ == "__main__":
    main()
