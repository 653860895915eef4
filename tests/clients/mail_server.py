"""A real mail server: aiosmtpd on a free port of the loopback.

usage: mail_server.py FOLDER

Prints its port once it listens, and keeps each letter as FOLDER/NUMBER.json:
the envelope's recipients and the letter as it came. Ends when it is killed.
"""

import asyncio
import json
import os
import sys

from aiosmtpd.smtp import SMTP


class Folder:
    def __init__(self, path):
        self.path = path
        self.taken = 0

    async def handle_DATA(self, server, session, envelope):
        self.taken += 1
        name = os.path.join(self.path, f"{self.taken:06}.json")
        letter = {"to": envelope.rcpt_tos, "message": envelope.original_content.decode("utf-8")}
        # A reader sees a whole letter or none.
        with open(name + ".tmp", "w", encoding="utf-8") as file:
            json.dump(letter, file)
        os.rename(name + ".tmp", name)
        return "250 OK"


async def main(path):
    folder = Folder(path)
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(folder), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
