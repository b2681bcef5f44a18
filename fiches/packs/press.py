"""The press: sets one document as a PDF, in a process of its own with bounded memory and time.

Run by `pdf.py` as a script, on purpose without Django: standard input is JSON {"doc": …, "standards": […],
"timestamp": …}, standard output the PDF. Exit code 2 and typst's message on standard error when it refuses.
"""

import json
import resource
import sys
from pathlib import Path

import typst

MEMORY = 2 * 1024**3  # bytes of address space: typst maps 80 MB of itself and its fonts, then works
SECONDS = 20  # of processor time


def main():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    job = json.load(sys.stdin)
    template = Path(__file__).with_name("press.typ").read_bytes()
    try:
        pdf = typst.compile(
            template,
            ignore_system_fonts=True,  # the same pages on every machine
            pdf_standards=job["standards"],
            sys_inputs={"doc": json.dumps(job["doc"])},
            timestamp=job["timestamp"],
        )
    except typst.TypstError as error:
        sys.stderr.write(str(error))
        sys.exit(2)
    sys.stdout.buffer.write(pdf)


if __name__ == "__main__":
    main()
