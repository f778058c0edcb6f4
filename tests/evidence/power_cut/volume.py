"""File system images: made, mounted from a file, taken down again. Never leaves a mount or a loop device behind."""

import contextlib
import os
import shutil
import subprocess

from . import linux

MIB = 1 << 20


class FileSystem:
    """A kind of file system: how an image of it is made and mounted."""

    def __init__(self, name, size, make, options=""):
        self.name, self.size, self.make, self.options = name, size, make, options
        self.kind = name.split("-")[0]

    def missing(self):
        """What this machine lacks for it, or None."""
        if not shutil.which(self.make[0]):
            return self.make[0]
        with open("/proc/filesystems") as known:
            return None if self.kind in known.read().split() else "%s in the kernel" % self.kind


EXT4 = ["mkfs.ext4", "-q", "-F", "-m", "0", "-E", "nodiscard,lazy_itable_init=0,lazy_journal_init=0"]
FILE_SYSTEMS = {fs.name: fs for fs in [
    FileSystem("ext4", 48 * MIB, EXT4),
    # Without what covers for programs that forget a sync.
    FileSystem("ext4-writeback", 48 * MIB, EXT4, "data=writeback,noauto_da_alloc"),
    FileSystem("xfs", 310 * MIB, ["mkfs.xfs", "-q", "-f", "-K"]),
    FileSystem("btrfs", 128 * MIB, ["mkfs.btrfs", "-q", "-f", "-K"]),
]}


def make_image(fs, path):
    with open(path, "wb") as image:
        image.truncate(fs.size)
    subprocess.run([*fs.make, path], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


@contextlib.contextmanager
def mounted(fs, file, target):
    """Mounts the file system in `file` read-write, which replays its journal; OSError if that fails."""
    os.makedirs(target, exist_ok=True)
    device, loop = linux.attach(file)
    try:
        try:
            linux.mount(device, target, fs.kind, fs.options)
        finally:
            os.close(loop)
        try:
            yield target
        finally:
            linux.unmount(target)
    finally:
        if fs.kind == "btrfs":
            linux.forget_btrfs(device)


def extents(path):
    """The parts of a file that are not holes or zeros, as (offset, bytes)."""
    found, piece = [], 1 << 16
    fd = os.open(path, os.O_RDONLY)
    try:
        end = os.fstat(fd).st_size
        at = 0
        while at < end:
            try:
                at = os.lseek(fd, at, os.SEEK_DATA)
            except OSError:
                break
            hole = os.lseek(fd, at, os.SEEK_HOLE)
            while at < hole:
                data = os.pread(fd, min(piece, hole - at), at)
                if data.count(0) != len(data):
                    found.append((at, data))
                at += len(data)
    finally:
        os.close(fd)
    return found


def write_image(path, size, base, writes):
    """Makes an image afresh from its first contents and some writes, in order."""
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.ftruncate(fd, size)
        for offset, data in base:
            os.pwrite(fd, data, offset)
        for offset, data in writes:
            os.pwrite(fd, data, offset)
    finally:
        os.close(fd)
