"""Opens sessions of a Streamlit app and keeps them, as browsers with an open tab do.

streamlit_sessions.py ws://HOST:PORT: each line of input is a number of sessions to open; a line is written once
all of them have run the app and run it again. Ends with its input. An exception in the app ends it with 1.
"""

import asyncio
import sys

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

RUNS = 2


async def open_session(url):
    connection = await websockets.connect(f"{url}/_stcore/stream", subprotocols=["streamlit"], max_size=None)
    for _ in range(RUNS):
        ask = BackMsg()
        ask.rerun_script.query_string = ""
        await connection.send(ask.SerializeToString())
        await finished(connection)
    return connection, asyncio.create_task(keep(connection))


async def finished(connection):
    async for data in connection:
        said = ForwardMsg()
        said.ParseFromString(data)
        kind = said.WhichOneof("type")
        if kind == "delta" and said.delta.new_element.WhichOneof("type") == "exception":
            raise SystemExit(said.delta.new_element.exception.message)
        if kind == "script_finished":
            return
    raise SystemExit("the app closed the session")


async def keep(connection):
    async for _ in connection:
        pass


async def main(url):
    sessions = []
    while line := await asyncio.to_thread(sys.stdin.readline):
        sessions += [await open_session(url) for _ in range(int(line))]
        print(len(sessions), flush=True)


asyncio.run(main(sys.argv[1]))
