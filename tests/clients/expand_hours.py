"""Works out when hours begin and end, by python-dateutil and zoneinfo alone.

usage: expand_hours.py < RULES.json

Reads {"zone", "from", "to", "rules": [{"starts", "minutes", "rrule", "rdates", "exdates"}]} with wall times like
2027-03-14T02:30, and prints for each rule the stretches that begin from the first day on and before the last one, as
[begin, end] in seconds. A start that the clocks skip does not exist; one that comes twice is the first.
"""

import json
import sys
from datetime import datetime, timedelta, timezone
from multiprocessing import Pool
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr


def main():
    asked = json.load(sys.stdin)
    zone = ZoneInfo(asked["zone"])
    first, last = wall(asked["from"]), wall(asked["to"])
    with Pool() as pool:
        each = [(rule, zone, first, last) for rule in asked["rules"]]
        print(json.dumps(pool.starmap(stretches, each, chunksize=100)))


def stretches(rule, zone, first, last):
    starts = wall(rule["starts"])
    found = {starts, *map(wall, rule["rdates"])}
    if rule["rrule"]:
        by_rule = rrulestr(rule["rrule"], dtstart=starts)
        found.update(by_rule.between(first, last, inc=True))
    found.difference_update(map(wall, rule["exdates"]))
    told = []
    for at in sorted(found):
        if not first <= at < last or not exists(at, zone):
            continue
        begin, end = seconds(at, zone), seconds(at + timedelta(minutes=rule["minutes"]), zone)
        if begin < end:
            told.append([begin, end])
    return told


def wall(text):
    return datetime.fromisoformat(text)


def seconds(at, zone):
    return int(at.replace(tzinfo=zone, fold=0).timestamp())


def exists(at, zone):
    instant = at.replace(tzinfo=zone, fold=0).astimezone(timezone.utc)
    return instant.astimezone(zone).replace(tzinfo=None) == at


if __name__ == "__main__":
    main()
