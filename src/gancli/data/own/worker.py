"""A process that decodes pictures for another: a line of JSON comes in for each chunk, a line and pixels go back.

It is run as a file, as the sweep's workers are, so that modules come from where its parent's do. It ends with the
end of its input, however its parent ends.
"""

import json
import sys
from dataclasses import asdict
from typing import BinaryIO


def serve(lines: BinaryIO, out: BinaryIO) -> None:
    """Answer each line [folder, names, wanted] by `{"bytes": …, "bad": …, "tally": …}` and so many bytes of pixels.

    Or by `{"refused": message}` or `{"colourful": true}`, as `pictures.chunk` raises DataError or Colourful.
    """
    from gancli.data.errors import DataError
    from gancli.data.own.decode import Colourful, Wanted, quiet
    from gancli.data.own.pictures import chunk

    with quiet():
        for line in lines:
            folder, names, wanted = json.loads(line)
            pixels, answer = b"", {}
            try:
                pixels, bad, tally = chunk(folder, names, Wanted(**wanted))
                answer = {"bytes": len(pixels), "bad": bad, "tally": asdict(tally) | {"sizes": list(tally.sizes)}}
            except DataError as error:
                answer = {"refused": str(error)}
            except Colourful:
                answer = {"colourful": True}
            out.write(json.dumps(answer).encode() + b"\n")
            out.write(pixels)
            out.flush()


if __name__ == "__main__":
    sys.path[:] = json.loads(sys.stdin.buffer.readline())
    serve(sys.stdin.buffer, sys.stdout.buffer)
