// measure OUTPUT PROGRAM [ARGUMENT]...
// measure --rows MARK PROGRAM [ARGUMENT]...
//
// Runs a program with its standard output in the file OUTPUT, and prints its cost, as five numbers:
//     wait status, wall time in ns, user CPU in us, system CPU in us, peak resident memory in KiB
// With --rows, reads the output through a pipe instead. MARK is a text that occurs once in each row. Prints three more numbers:
//     wall time in ns until the first row was read (0: none was), rows, bytes
//
// A separate C program because the kernel never reports a lower peak for a process than its parent had in memory, even with
// posix_spawn(3): exec(2) keeps the peak of the address space it replaces. This one has about 1 MiB.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

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

// The capacity of a kernel pipe, plus room for the rest of the previous piece.
enum { PIECE = 1 << 16, LONGEST_MARK = 256 };

struct output {
    long long first; // When the first row was read; 0: not yet.
    long long rows;
    long long bytes;
};

// Reads until the program exits or is killed. A mark may be split across two pieces.
static struct output read_rows(int pipe, const char *mark)
{
    static char buffer[LONGEST_MARK + PIECE];
    struct output output = {0, 0, 0};
    size_t length = strlen(mark), kept = 0;
    for (;;) {
        ssize_t count = read(pipe, buffer + kept, PIECE);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            perror("pipe");
        if (count <= 0)
            return output;
        output.bytes += count;
        char *rest = buffer, *end = buffer + kept + count, *found;
        while ((found = memmem(rest, (size_t)(end - rest), mark, length)) != NULL) {
            if (output.rows++ == 0)
                output.first = nanoseconds();
            rest = found + length;
        }
        kept = (size_t)(end - rest) < length ? (size_t)(end - rest) : length - 1;
        memmove(buffer, end - kept, kept);
    }
}

// Starts the program with its standard output in the file or, without one, in this end of a pipe.
static int start(char **words, const char *file, int end, pid_t *child)
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    if (file != NULL)
        posix_spawn_file_actions_addopen(&actions, 1, file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    else
        posix_spawn_file_actions_adddup2(&actions, end, 1);
    int failure = posix_spawnp(child, words[0], &actions, NULL, words, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failure != 0)
        fprintf(stderr, "%s: %s\n", words[0], strerror(failure));
    return failure;
}

int main(int count, char **words)
{
    const char *mark = count > 3 && strcmp(words[1], "--rows") == 0 ? words[2] : NULL;
    if (count < 3 || (mark != NULL && (mark[0] == 0 || strlen(mark) > LONGEST_MARK))) {
        fprintf(stderr, "usage: measure OUTPUT|--rows MARK PROGRAM [ARGUMENT]...\n");
        return 64;
    }
    int ends[2] = {-1, -1};
    if (mark != NULL && pipe2(ends, O_CLOEXEC) != 0) {
        perror("pipe2");
        return 74;
    }
    long long begin = nanoseconds();
    pid_t child;
    if (start(words + (mark == NULL ? 2 : 3), mark == NULL ? words[1] : NULL, ends[1], &child) != 0)
        return 69;
    struct output output = {0, 0, 0};
    if (mark != NULL) {
        close(ends[1]);
        output = read_rows(ends[0], mark);
        close(ends[0]); // If reading failed, the program gets SIGPIPE.
    }
    int status;
    struct rusage usage;
    while (wait4(child, &status, 0, &usage) < 0) {
        if (errno != EINTR)
            return 74;
    }
    printf("%d %lld %lld %lld %ld", status, nanoseconds() - begin, microseconds(usage.ru_utime),
           microseconds(usage.ru_stime), usage.ru_maxrss);
    if (mark != NULL)
        printf(" %lld %lld %lld", output.rows > 0 ? output.first - begin : 0, output.rows, output.bytes);
    printf("\n");
    return 0;
}
