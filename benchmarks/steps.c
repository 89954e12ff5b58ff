/* Prints how many instructions PROGRAM executes in user space before it executes another one:
 *
 *     steps PROGRAM [ARGUMENT...]
 *
 * One by one, with ptrace: slow (some 30,000 a second) and exact. */

#include <signal.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    long steps = 0, programs = 0;
    int status, number = 0;
    pid_t child = fork();

    (void) argc;
    if (child == 0) {
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        raise(SIGSTOP);
        execv(argv[1], argv + 1);
        _exit(127);
    }
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFSTOPPED(status))
        return 1;
    ptrace(PTRACE_SETOPTIONS, child, 0, PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL);
    ptrace(PTRACE_CONT, child, 0, 0);
    while (waitpid(child, &status, 0) == child && WIFSTOPPED(status)) {
        if (status >> 8 == (SIGTRAP | (PTRACE_EVENT_EXEC << 8)) && ++programs == 2) {
            printf("%ld\n", steps);
            kill(child, SIGKILL);
            return 0;
        }
        steps++;
        number = WSTOPSIG(status) == SIGTRAP ? 0 : WSTOPSIG(status);
        if (ptrace(PTRACE_SINGLESTEP, child, 0, number))
            break;
    }
    return 1;
}
