"""Small file systems to fill up: tmpfs, and ext4, xfs and btrfs in an image on a loop device."""

import ctypes
import errno
import os
import pathlib
import shutil
import subprocess

# Kind: size of the image in MiB and the command that makes it. No blocks are kept back for root.
IMAGES = {
    "ext4": (48, ["mkfs.ext4", "-q", "-F", "-m", "0"]),
    "xfs": (310, ["mkfs.xfs", "-q", "-f"]),
    "btrfs": (128, ["mkfs.btrfs", "-q", "-f"]),
}


class Missing(Exception):
    """This kind cannot be made here; says why."""


class Disk:
    """A mounted file system; unmounted and gone at the end."""

    def __init__(self, kind, scratch, size="24m", inodes=3000):
        self.kind, self.mount = kind, pathlib.Path(scratch) / ("mount-" + kind)
        self.mount.mkdir(exist_ok=True)
        self.image = None
        if kind == "tmpfs":
            options = "mode=755,size=%s%s" % (size, ",nr_inodes=%d" % inodes if inodes else "")
            command(["mount", "-t", "tmpfs", "-o", options, "none", self.mount])
            return
        megabytes, make = IMAGES[kind]
        if not shutil.which(make[0]) and not shutil.which(make[0], path="/usr/sbin:/sbin"):
            raise Missing("no %s" % make[0])
        self.image = pathlib.Path(scratch) / ("image-" + kind)
        with open(self.image, "wb") as file:
            file.truncate(megabytes << 20)
        extra = ["-N", str(inodes)] if kind == "ext4" else []
        command([*make, *extra, self.image])
        command(["mount", "-o", "loop" + (",errors=remount-ro" if kind == "ext4" else ""), self.image, self.mount])
        self.mount.chmod(0o755)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.unmount()
        if self.image:
            self.image.unlink()

    def unmount(self):
        command(["umount", self.mount])

    def remount(self, options):
        """Changes options; says whether that was possible."""
        return subprocess.run(["mount", "-o", "remount," + options, str(self.mount)], capture_output=True).returncode == 0

    def again(self):
        """Unmounts and mounts the image anew."""
        self.unmount()
        command(["mount", "-o", "loop", self.image, self.mount])

    def sync(self):
        directory = os.open(self.mount, os.O_RDONLY)
        try:
            ctypes.CDLL(None).syncfs(directory)
        finally:
            os.close(directory)

    def fill(self):
        """Takes every byte, then every inode that can still be had."""
        ballast = self.mount / "ballast"
        ballast.mkdir(exist_ok=True)
        for _ in range(3):  # what a journal gives back is taken as well
            for size in (1 << 20, 1 << 16, 1 << 12, 1):
                self.append(ballast / "large", size)
            self.sync()
        # btrfs keeps small files in its metadata; elsewhere these take what inodes there are.
        for name in ("inline", "empty"):
            content = b"x" * (2000 if name == "inline" and self.kind == "btrfs" else 0)
            for number in range(200_000):
                try:
                    (ballast / ("%s-%d" % (name, number))).write_bytes(content)
                except OSError as error:
                    if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                        raise
                    break
        self.sync()

    @staticmethod
    def append(path, size):
        try:
            with open(path, "ab", buffering=0) as file:
                while file.write(b"x" * size) == size:
                    pass
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise

    def leave(self, kibibytes):
        """Fills the disk but for about so many KiB."""
        self.append(self.mount / "ballast-bytes", 1 << 16)
        self.append(self.mount / "ballast-bytes", 1 << 12)
        self.sync()
        size = (self.mount / "ballast-bytes").stat().st_size
        os.truncate(self.mount / "ballast-bytes", max(0, size - (kibibytes << 10)))
        self.sync()

    def leave_inodes(self, number):
        """Takes all inodes but so many."""
        ballast = self.mount / "ballast"
        ballast.mkdir(exist_ok=True)
        made = 0
        try:
            while True:
                (ballast / str(made)).touch()
                made += 1
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
        for name in range(max(0, made - number), made):
            (ballast / str(name)).unlink()

    def empty(self):
        """Gives everything back."""
        (self.mount / "ballast-bytes").unlink(missing_ok=True)
        shutil.rmtree(self.mount / "ballast", ignore_errors=True)
        self.sync()


def command(words):
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True,
                          env={**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"})
    if done.returncode:
        raise Missing("%s: %s" % (" ".join(map(str, words)), done.stderr.strip()))
