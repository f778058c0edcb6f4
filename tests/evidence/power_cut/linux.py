"""The system calls that Python does not wrap: mounts, loop devices, one file system's sync. Knows no file system."""

import ctypes
import errno
import fcntl
import os
import stat
import struct
import time

MS_REC, MS_PRIVATE, MNT_DETACH, CLONE_NEWNS = 0x4000, 0x40000, 2, 0x20000
LOOP_CTL_GET_FREE, LOOP_CONFIGURE, LOOP_CLR_FD = 0x4C82, 0x4C0A, 0x4C01
LO_FLAGS_AUTOCLEAR = 4
LOOP_CONFIG_SIZE, LOOP_FLAGS_AT = 304, 60
BTRFS_IOC_FORGET_DEV = 0x50009405
PR_SET_PDEATHSIG, SIGKILL = 1, 9
PATIENCE = 60.0

_libc = ctypes.CDLL(None, use_errno=True)


def _check(result, what):
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, "%s: %s" % (what, os.strerror(code)))


def private_mounts():
    """Mounts from now on are this process's own, and vanish with it, however it ends."""
    _check(_libc.unshare(CLONE_NEWNS), "a mount namespace of our own")
    _check(_libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None), "make mounts private")


def die_with_parent():
    """For a child that would otherwise keep the mounts of a killed parent alive."""
    _check(_libc.prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0), "prctl")


def mount(source, target, kind, options=""):
    _check(_libc.mount(source.encode(), target.encode(), kind.encode(), 0, options.encode()),
           "mount %s" % kind)


def unmount(target):
    """Unmounts; whoever just ended may hold it for a moment more."""
    end = time.monotonic() + PATIENCE
    while _libc.umount2(target.encode(), 0) != 0:
        code = ctypes.get_errno()
        if code != errno.EBUSY or time.monotonic() > end:
            _libc.umount2(target.encode(), MNT_DETACH)
            raise OSError(code, "unmount %s: %s" % (target, os.strerror(code)))
        time.sleep(0.002)


def sync_file_system(path):
    fd = os.open(path, os.O_RDONLY)
    try:
        _check(_libc.syncfs(fd), "syncfs")
    finally:
        os.close(fd)


def attach(file):
    """Attaches a file to a free loop device; returns (path, descriptor). It detaches itself after the last close."""
    end = time.monotonic() + PATIENCE
    backing = os.open(file, os.O_RDWR)
    try:
        while True:
            try:
                return _configure(backing)
            except OSError as error:
                # Others take loop devices too: between the question and the answer, or all of them for a while.
                if error.errno not in (errno.EBUSY, errno.ENXIO, errno.ENOENT) or time.monotonic() > end:
                    raise
            time.sleep(0.01)
    finally:
        os.close(backing)


def _configure(backing):
    control = os.open("/dev/loop-control", os.O_RDWR)
    try:
        number = fcntl.ioctl(control, LOOP_CTL_GET_FREE)
    finally:
        os.close(control)
    path = "/dev/loop%d" % number
    if not os.path.exists(path):
        os.mknod(path, 0o600 | stat.S_IFBLK, os.makedev(7, number))
    loop = os.open(path, os.O_RDWR)
    try:
        # struct loop_config: fd, block size, struct loop_info64 (its lo_flags is at 60), reserved.
        config = bytearray(LOOP_CONFIG_SIZE)
        struct.pack_into("<I", config, 0, backing)
        struct.pack_into("<I", config, LOOP_FLAGS_AT, LO_FLAGS_AUTOCLEAR)
        fcntl.ioctl(loop, LOOP_CONFIGURE, bytes(config))
    except OSError:
        os.close(loop)
        raise
    return path, loop


def forget_btrfs(device):
    """btrfs remembers every device it has seen, and would take an older state of it for a stranger."""
    if not os.path.exists("/dev/btrfs-control"):
        return
    control = os.open("/dev/btrfs-control", os.O_RDWR)
    try:
        fcntl.ioctl(control, BTRFS_IOC_FORGET_DEV, bytearray(struct.pack("<q4088s", 0, device.encode())))
    except OSError as error:
        # Busy: since the unmount somebody else has the loop device of this name, with a file system of theirs.
        if error.errno not in (errno.ENOENT, errno.EBUSY):
            raise
    finally:
        os.close(control)
