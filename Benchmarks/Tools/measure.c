// measure OUTPUT PROGRAM [ARGUMENT]...
//
// Runs a program with its standard output in the file OUTPUT, and prints what it took, as five numbers:
//     wait status, wall time in ns, user CPU in us, system CPU in us, peak resident memory in KiB
//
// In C and a program of its own because the peak that the kernel reports of a process is not less than what the process that made
// it had in memory, with posix_spawn(3) too: exec(2) takes over the peak of the memory it leaves. This one has about 1 MiB.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static long long nanoseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static long long microseconds(struct timeval time)
{
    return time.tv_sec * 1000000LL + time.tv_usec;
}

int main(int count, char **words)
{
    if (count < 3) {
        fprintf(stderr, "usage: measure OUTPUT PROGRAM [ARGUMENT]...\n");
        return 64;
    }
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, words[1], O_WRONLY | O_CREAT | O_TRUNC, 0600);

    long long start = nanoseconds();
    pid_t child;
    int failure = posix_spawnp(&child, words[2], &actions, NULL, words + 2, environ);
    if (failure != 0) {
        fprintf(stderr, "%s: %s\n", words[2], strerror(failure));
        return 69;
    }
    int status;
    struct rusage usage;
    while (wait4(child, &status, 0, &usage) < 0) {
        if (errno != EINTR)
            return 74;
    }
    printf("%d %lld %lld %lld %ld\n", status, nanoseconds() - start, microseconds(usage.ru_utime),
           microseconds(usage.ru_stime), usage.ru_maxrss);
    return 0;
}
