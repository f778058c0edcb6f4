// Runs a command under a seccomp filter that answers one system call with an errno, or kills who makes it:
// filter CALL ERRNO|kill PROGRAM [WORD...]
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
int main(int count, char **words) {
  static const struct { const char *name; unsigned number; } calls[] = {
    {"epoll_create1", SYS_epoll_create1}, {"eventfd2", SYS_eventfd2}, {"pipe2", SYS_pipe2}, {"clone", SYS_clone},
    {"clone3", SYS_clone3}, {"fcntl", SYS_fcntl}, {"epoll_pwait", SYS_epoll_pwait}, {"epoll_ctl", SYS_epoll_ctl},
    {"pidfd_open", SYS_pidfd_open}, {"futex", SYS_futex}, {"readlinkat", SYS_readlinkat},
  };
  unsigned number = 0, answer = SECCOMP_RET_KILL_PROCESS;
  for (unsigned i = 0; i < sizeof calls / sizeof *calls; i++)
    if (!strcmp(words[1], calls[i].name)) number = calls[i].number;
  if (!number) return 97;
  if (strcmp(words[2], "kill")) answer = SECCOMP_RET_ERRNO | atoi(words[2]);
  struct sock_filter rules[] = {
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
    BPF_STMT(BPF_RET | BPF_K, answer),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = { 4, rules };
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) return 99;
  execv(words[3], words + 3);
  return 98;
}
