#include "sim/tests/oom/broken.h"

#include "sim/tests/oom/client.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SIZE = 100, EXIT_INTERNAL = 3 };

static int out_of_memory(void)
{
    fputs("drydock: out of memory\n", stderr);
    return EXIT_INTERNAL;
}

static int good(int argc, char **argv)
{
    char *memory = malloc(SIZE);

    (void)argc;
    (void)argv;
    if (memory == NULL) {
        return out_of_memory();
    }
    free(memory);
    return 0;
}

/* Ends in the middle, with something in hand. */
static int good_that_holds(int argc, char **argv)
{
    char *first = malloc(SIZE), *second = first == NULL ? NULL : malloc(SIZE);

    (void)argc;
    (void)argv;
    if (second == NULL) {
        exit(out_of_memory());
    }
    free(first);
    free(second);
    return 0;
}

static int unchecked(int argc, char **argv)
{
    char *memory = malloc(SIZE);

    (void)argc;
    (void)argv;
    *(volatile char *)memory = 0;
    free(memory);
    return 0;
}

/* The second fails, the first is lost. */
static int leaky(int argc, char **argv)
{
    struct pair {
        char *left, *right;
    } *pair = malloc(sizeof *pair);

    (void)argc;
    (void)argv;
    if (pair == NULL) {
        return out_of_memory();
    }
    pair->left = malloc(SIZE);
    pair->right = malloc(SIZE);
    bool whole = pair->left != NULL && pair->right != NULL;

    if (whole) {
        free(pair->left);
        free(pair->right);
    }
    free(pair);
    return whole ? 0 : out_of_memory();
}

static int freed_twice(int argc, char **argv)
{
    char *first = malloc(SIZE), *second = malloc(SIZE);

    (void)argc;
    (void)argv;
    if (first == NULL || second == NULL) {
        char *volatile lost = first == NULL ? second : first;

        free(lost);
        free(lost);
        return out_of_memory();
    }
    free(first);
    free(second);
    return 0;
}

static int written_behind(int argc, char **argv)
{
    char *first = malloc(SIZE), *second = malloc(1);

    (void)argc;
    (void)argv;
    if (first != NULL) {
        volatile char *end = first;

        end[SIZE - (second != NULL)] = 1;
    }
    bool whole = first != NULL && second != NULL;

    free(first);
    free(second);
    return whole ? 0 : out_of_memory();
}

static int silent(int argc, char **argv)
{
    char *memory = malloc(SIZE);

    (void)argc;
    (void)argv;
    if (memory != NULL) {
        puts("a result");
    }
    free(memory);
    return 0;
}

static int speechless(int argc, char **argv)
{
    char *memory = malloc(SIZE);

    (void)argc;
    (void)argv;
    free(memory);
    return memory == NULL ? EXIT_INTERNAL : 0;
}

static int wrong_status(int argc, char **argv)
{
    char *memory = malloc(SIZE);

    (void)argc;
    (void)argv;
    if (memory == NULL) {
        (void)out_of_memory();
        return 2;
    }
    free(memory);
    return 0;
}

/* Where it ends up, not aside. */
static int half_written(int argc, char **argv)
{
    int file = open("out", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    char *memory = malloc(SIZE);

    (void)argc;
    (void)argv;
    if (memory == NULL) {
        close(file);
        return out_of_memory();
    }
    (void)!write(file, "whole\n", strlen("whole\n"));
    close(file);
    free(memory);
    return 0;
}

static int left_aside(int argc, char **argv)
{
    int file = open("out.aside", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    char *memory = malloc(SIZE);

    (void)argc;
    (void)argv;
    close(file);
    if (memory == NULL) {
        return out_of_memory();
    }
    free(memory);
    return rename("out.aside", "out") == 0 ? 0 : EXIT_INTERNAL;
}

/* A child that does not notice. */
static int left_running(int argc, char **argv)
{
    char *memory = malloc(SIZE);

    (void)argc;
    (void)argv;
    if (memory == NULL) {
        if (fork() == 0) {
            for (;;) {
                pause();
            }
        }
        return out_of_memory();
    }
    free(memory);
    return 0;
}

static int endless(int argc, char **argv)
{
    char *memory = malloc(SIZE);

    (void)argc;
    (void)argv;
    while (memory == NULL) {
        pause();
    }
    free(memory);
    return 0;
}

/* The disk may be full, a write may be short or be interrupted. */
static int careless_writer(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    (void)!write(STDOUT_FILENO, "a result\n", strlen("a result\n"));
    return 0;
}

/* Does not go on where it was. */
static int impatient_writer(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    if (write(STDOUT_FILENO, "a result\n", strlen("a result\n")) != (ssize_t)strlen("a result\n")) {
        perror("drydock: standard output");
        return EXIT_INTERNAL;
    }
    return 0;
}

/* Does not go on after an interruption. */
static int impatient_reader(int argc, char **argv)
{
    char byte = 0;
    int file = open("/dev/null", O_RDONLY | O_CLOEXEC);

    (void)argc;
    (void)argv;
    if (file < 0 || read(file, &byte, 1) < 0) {
        perror("drydock: /dev/null");
        return EXIT_INTERNAL;
    }
    close(file);
    return 0;
}

static int good_writer(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    const char *text = "a result\n";

    while (*text != '\0') {
        ssize_t written = write(STDOUT_FILENO, text, strlen(text));

        if (written < 0 && errno != EINTR) {
            perror("drydock: standard output");
            return EXIT_INTERNAL;
        }
        text += written < 0 ? 0 : written;
    }
    return 0;
}

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    enum fault_class class;
    uint32_t number; /* the point at which it shows */
    enum call_fault fault;
    enum verdict verdict;
} programs[] = {
    {"good", good, CLASS_MEMORY, 1, 0, VERDICT_ENDED},
    {"good, never reached", good, CLASS_MEMORY, 2, 0, VERDICT_NOT_MET},
    {"good, ends with blocks in hand", good_that_holds, CLASS_MEMORY, 2, 0, VERDICT_ENDED},
    {"good writer", good_writer, CLASS_CALL, 1, CALL_ENOSPC, VERDICT_ENDED},
    {"good writer, interrupted", good_writer, CLASS_CALL, 1, CALL_EINTR, VERDICT_COMPLETE},
    {"good writer, short", good_writer, CLASS_CALL, 1, CALL_SHORT, VERDICT_COMPLETE},
    {"good writer, closed pipe", good_writer, CLASS_CALL, 1, CALL_EPIPE, VERDICT_ENDED},
    {"unchecked", unchecked, CLASS_MEMORY, 1, 0, VERDICT_CRASH},
    {"leaky", leaky, CLASS_MEMORY, 3, 0, VERDICT_LEAK},
    {"freed twice", freed_twice, CLASS_MEMORY, 2, 0, VERDICT_CRASH},
    {"written behind", written_behind, CLASS_MEMORY, 2, 0, VERDICT_CRASH},
    {"silent", silent, CLASS_MEMORY, 1, 0, VERDICT_SILENT},
    {"speechless", speechless, CLASS_MEMORY, 1, 0, VERDICT_SILENT},
    {"wrong status", wrong_status, CLASS_MEMORY, 1, 0, VERDICT_STATUS},
    {"half written", half_written, CLASS_MEMORY, 1, 0, VERDICT_HALF},
    {"left aside", left_aside, CLASS_MEMORY, 1, 0, VERDICT_LEFT},
    {"left running", left_running, CLASS_MEMORY, 1, 0, VERDICT_LEFT},
    {"endless", endless, CLASS_MEMORY, 1, 0, VERDICT_HUNG},
    {"careless writer", careless_writer, CLASS_CALL, 1, CALL_ENOSPC, VERDICT_SILENT},
    {"impatient reader, interrupted", impatient_reader, CLASS_CALL, 2, CALL_EINTR, VERDICT_STATUS},
    {"impatient writer, short", impatient_writer, CLASS_CALL, 1, CALL_SHORT, VERDICT_STATUS},
};

/* Says 404 to everybody, at ./sock of the folder. */
static _Noreturn void refuse(const char *folder)
{
    static const char answer[] = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
    const struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "sock"};
    int listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (chdir(folder) != 0 || bind(listening, (const struct sockaddr *)&address, sizeof address) != 0 ||
        listen(listening, 1) != 0) {
        _exit(EXIT_FAILURE);
    }
    for (;;) {
        char request[512];
        int client = accept4(listening, NULL, NULL, SOCK_CLOEXEC);

        if (recv(client, request, sizeof request, 0) > 0) {
            (void)send(client, answer, sizeof answer - 1, MSG_NOSIGNAL);
        }
        close(client);
    }
}

/* Whether a client that is refused says so, unless it is meant to be. */
static bool refusals_are_told(const struct oom_place *place)
{
    static const char requests[] = "!GET /meant\nGET /not-meant\nGET /neither";
    const char *unmeant = NULL;
    pid_t server = fork();

    if (server == 0) {
        refuse(place->folder);
    }
    bool answered = client_ask(server, place->folder, requests, &unmeant);

    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
    folder_empty(place->folder);
    return answered && unmeant != NULL && strncmp(unmeant, "GET /not-meant", strlen("GET /not-meant")) == 0;
}

bool broken_are_found(const struct oom_place *place, bool quiet)
{
    static struct oom_usual usual;
    unsigned right = 0, count = sizeof programs / sizeof programs[0];

    for (unsigned i = 0; i < count; i++) {
        const struct oom_case tried = {
            .verb = "self", .command = "self", .inputs = "", .prepare = "", .run = programs[i].run, .patience_ms = 500};
        const struct fault_plan plan = {
            .class = programs[i].class, .number = programs[i].number, .fault = programs[i].fault};
        bool ready = oom_prepare(place, &tried, "") && oom_usual(place, &tried, plan.class, &usual);
        enum verdict verdict = ready ? oom_try(place, &tried, &plan, &usual) : VERDICT_COUNT;
        bool found = verdict == programs[i].verdict;

        if (!found || !quiet) {
            printf("%s %-30s %s\n", found ? "ok    " : "NOT OK", programs[i].name,
                   ready ? verdict_info(verdict)->name : "does not run");
        }
        right += found;
    }
    bool told = refusals_are_told(place);

    if (!told || !quiet) {
        printf("%s a server that refuses\n", told ? "ok    " : "NOT OK");
    }
    printf("%u of %u programs with a known mistake, or none, are taken for what they are\n", right, count);
    return told && right == count;
}
