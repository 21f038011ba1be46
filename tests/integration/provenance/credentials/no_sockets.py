"""Runs the second validator in a process that the kernel ends at its first attempt to make a socket.

Started as a module with FILE MIME ANCHORS it prints the report; with `knock` alone it makes a socket.
"""

import ctypes
import json
import platform
import socket
import struct
import sys
from pathlib import Path

# asm/unistd.h
SOCKET_CALL = {"x86_64": 41, "aarch64": 198}
# linux/prctl.h, linux/seccomp.h, linux/bpf_common.h
_NO_NEW_PRIVILEGES, _SECCOMP, _FILTER = 38, 22, 2
_LOAD, _JUMP_IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_KILL, _ALLOW = 0x80000000, 0x7FFF0000


def forbid_sockets() -> None:
    """From now on socket() ends this process with SIGSYS, in native code and in every thread too."""
    number = SOCKET_CALL[platform.machine()]
    program = b"".join(
        struct.pack("HBBI", *instruction)
        for instruction in (
            (_LOAD, 0, 0, 0),
            (_JUMP_IF_EQUAL, 0, 1, number),
            (_RETURN, 0, 0, _KILL),
            (_RETURN, 0, 0, _ALLOW),
        )
    )
    code = ctypes.create_string_buffer(program, len(program))
    filters = ctypes.create_string_buffer(struct.pack("HxxxxxxP", 4, ctypes.addressof(code)), 16)
    libc = ctypes.CDLL(None, use_errno=True)
    for arguments in ((_NO_NEW_PRIVILEGES, 1, 0, 0, 0), (_SECCOMP, _FILTER, ctypes.addressof(filters), 0, 0)):
        if libc.prctl(*map(ctypes.c_ulong, arguments)) != 0:
            raise OSError(ctypes.get_errno(), "the kernel has no seccomp filter")


def main() -> None:
    """Forbids sockets before the validator is even imported."""
    forbid_sockets()
    what, *rest = sys.argv[1:]
    if what == "knock":
        socket.socket()
    import encypher_c2pa

    report = encypher_c2pa.verify(
        Path(what).read_bytes(),
        rest[0],
        trust_pem=Path(rest[1]).read_text(),
        no_default_trust=True,
        strict_conformance=True,
        telemetry=False,
        online=False,
    )
    print(json.dumps(report))


if __name__ == "__main__":
    main()
