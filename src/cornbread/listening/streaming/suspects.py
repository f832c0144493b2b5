"""How often a message under suspicion was begun.

The server counts how often it handed a message out. That says little: a worker that is killed
held a hundred messages and had begun a few. So of messages that come back too often each attempt
is marked before it is made, in the server, where the message itself is.
"""

from cornbread.foundation.stream import Connection
from cornbread.listening.streaming.mailbox import Letter
from cornbread.listening.streaming.places import Places


def begun(connection: Connection, places: Places, letter: Letter) -> int:
    """Mark one attempt more, durably; how many that makes. Raises Disturbed."""
    return connection.call(_begun(connection, places, letter))


async def _begun(connection: Connection, places: Places, letter: Letter) -> int:
    subject = places.tried(letter.name)
    await connection.jetstream.publish(subject, b"", stream=places.tried_stream)
    info = await connection.jetstream.stream_info(places.tried_stream, subjects_filter=subject)
    return (info.state.subjects or {}).get(subject, 0)
