"""Asks over HTTP as a calendar program or a mail server's script would.

usage: ask_http.py METHOD URL [NAME:VALUE …] < BODY

Prints one JSON object: status, headers by their lower-case names, and the body.
"""

import json
import sys
import urllib.error
import urllib.request


def main():
    method, url, *headers = sys.argv[1:]
    body = sys.stdin.buffer.read() or None
    request = urllib.request.Request(url, data=body, method=method)
    for header in headers:
        name, value = header.split(":", 1)
        request.add_header(name, value.strip())
    try:
        answer = urllib.request.urlopen(request, timeout=20)
    except urllib.error.HTTPError as refused:
        answer = refused
    found = {name.lower(): value for name, value in answer.headers.items()}
    print(json.dumps({"status": answer.status, "headers": found, "body": answer.read().decode()}))


if __name__ == "__main__":
    main()
