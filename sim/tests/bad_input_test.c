/* Broken files, as data: bad/KIND/CASE/ holds input.json and expected.txt, and bad/KIND/commands.txt the command lines
 * that read such a file. Each of them says on standard error what expected.txt says, nothing else, and exits with 2. A
 * new case is a new folder. */
#include "sim/cli/cli.h"

#include <dirent.h>
#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { TEXT_SIZE = 64 * 1024, ARGUMENTS_MAX = 8, CASES_MIN = 150, CASE_SECONDS_MAX = 60 };

#define FOLDER "sim/tests/bad" /* tests run from the root of the project */

/* Where, and what was expected; every message names a place, and what could stand there. */
#define WHERE "^input\\.json:[1-9][0-9]*:[1-9][0-9]*: "
#define EXPECTED "expected|did you mean|lacks \""

/* The whole of a descriptor, from its start, as text. */
static void read_all(int file, char text[TEXT_SIZE])
{
    ssize_t length = pread(file, text, TEXT_SIZE - 1, 0);

    text[length < 0 ? 0 : length] = '\0';
}

static FILE *open_in(const char *folder, const char *name)
{
    char path[512];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    return fopen(path, "rb");
}

/* ---- one command ---- */

/* In a process of its own: a crash is a result like another, and nothing is left of a run. */
struct said {
    int status; /* of waitpid() */
    char out[TEXT_SIZE], err[TEXT_SIZE];
};

static void run_command(const char *folder, char *command, struct said *said)
{
    char *argv[ARGUMENTS_MAX] = {NULL};
    int argc = 0;
    int out = memfd_create("out", 0);
    int err = memfd_create("err", 0);

    for (char *word = strsep(&command, " "); word != NULL && argc < ARGUMENTS_MAX - 1; word = strsep(&command, " ")) {
        argv[argc++] = strcmp(word, "FILE") == 0 ? "input.json" : word;
    }
    fflush(NULL);
    pid_t child = fork();

    if (child == 0) {
        const enum verb verb = verb_by_name(argv[0]);

        alarm(CASE_SECONDS_MAX); /* of a loop without end */
        if (verb == VERB_COUNT || chdir(folder) != 0 || dup2(out, STDOUT_FILENO) < 0 || dup2(err, STDERR_FILENO) < 0) {
            _exit(EXIT_INTERNAL_ERROR);
        }
        int status = verb_info(verb)->run(argc, argv);

        fflush(NULL);
        _exit(status);
    }
    assert_int_equal(waitpid(child, &said->status, 0), child);
    read_all(out, said->out);
    read_all(err, said->err);
    close(out);
    close(err);
}

/* ---- all of them ---- */

static bool is_entry(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* Calls `each` for the folders in a folder, in order of their names. */
static unsigned for_each_folder(const char *folder, void (*each)(const char *path, void *context), void *context)
{
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, NULL, alphasort);
    unsigned folders = 0;

    assert_true(count >= 0);
    for (int i = 0; i < count; i++) {
        char path[512];
        struct stat status;

        snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        if (is_entry(entries[i]) && stat(path, &status) == 0 && S_ISDIR(status.st_mode)) {
            each(path, context);
            folders++;
        }
        free(entries[i]);
    }
    free(entries);
    return folders;
}

static unsigned files_in(const char *folder)
{
    DIR *directory = opendir(folder);
    const struct dirent *entry = NULL;
    unsigned count = 0;

    assert_non_null(directory);
    while ((entry = readdir(directory)) != NULL) {
        count += is_entry(entry);
    }
    closedir(directory);
    return count;
}

struct replayed {
    const char *kind;
    regex_t where, expected;
    unsigned cases, bad;
};

static void complain_of(struct replayed *replayed, const char *folder, const char *command, const char *what,
                        const char *text)
{
    print_message("%s: %s: %s%s%s", folder, command, what, text, strchr(text, '\n') == NULL ? "\n" : "");
    replayed->bad++;
}

/* Every line says where, and what was expected. */
static void check_lines(struct replayed *replayed, const char *folder, char *text)
{
    if (text[0] == '\0') {
        complain_of(replayed, folder, "expected.txt", "expected at least one line", "");
    }
    for (char *line = strsep(&text, "\n"); line != NULL && *line != '\0'; line = strsep(&text, "\n")) {
        if (regexec(&replayed->where, line, 0, NULL, 0) != 0) {
            complain_of(replayed, folder, "does not say where", ": ", line);
        }
        if (regexec(&replayed->expected, line, 0, NULL, 0) != 0) {
            complain_of(replayed, folder, "does not say what was expected", ": ", line);
        }
    }
}

static void replay_case(const char *folder, void *context)
{
    static struct said said;
    static char expected[TEXT_SIZE];
    struct replayed *replayed = context;
    FILE *commands = open_in(replayed->kind, "commands.txt");
    FILE *text = open_in(folder, "expected.txt");
    char command[256];
    unsigned played = 0;

    if (commands == NULL || text == NULL || files_in(folder) != 2) {
        fail_msg("%s: expected input.json and expected.txt, and commands.txt above", folder);
    }
    expected[fread(expected, 1, TEXT_SIZE - 1, text)] = '\0';
    while (fgets(command, sizeof command, commands) != NULL) {
        char words[sizeof command];

        command[strcspn(command, "\n")] = '\0';
        snprintf(words, sizeof words, "%s", command);
        run_command(folder, words, &said);
        if (!WIFEXITED(said.status) || WEXITSTATUS(said.status) != EXIT_UNUSABLE_INPUT) {
            char number[32];

            snprintf(number, sizeof number, "%s %d\n", WIFEXITED(said.status) ? "exit status" : "signal",
                     WIFEXITED(said.status) ? WEXITSTATUS(said.status) : WTERMSIG(said.status));
            complain_of(replayed, folder, command, "expected exit status 2, and it was ", number);
        }
        if (strcmp(said.err, expected) != 0) {
            complain_of(replayed, folder, command, "expected other words than ", said.err);
        }
        if (said.out[0] != '\0') {
            complain_of(replayed, folder, command, "expected nothing on standard output, not ", said.out);
        }
        played++;
    }
    fclose(commands);
    fclose(text);
    check_lines(replayed, folder, expected);
    if (played == 0 || files_in(folder) != 2) {
        complain_of(replayed, folder, "commands", "expected at least one, and that none leaves a file behind", "");
    }
    replayed->cases++;
}

static void replay_kind(const char *folder, void *context)
{
    struct replayed *replayed = context;

    replayed->kind = folder;
    assert_true(for_each_folder(folder, replay_case, replayed) > 0);
}

static void test_every_case(void **state)
{
    struct replayed replayed = {.cases = 0};

    (void)state;
    assert_int_equal(regcomp(&replayed.where, WHERE, REG_EXTENDED | REG_NOSUB), 0);
    assert_int_equal(regcomp(&replayed.expected, EXPECTED, REG_EXTENDED | REG_NOSUB), 0);
    for_each_folder(FOLDER, replay_kind, &replayed);
    regfree(&replayed.where);
    regfree(&replayed.expected);
    print_message("%u cases of bad input, %u not as expected\n", replayed.cases, replayed.bad);
    assert_int_equal(replayed.bad, 0);
    assert_in_range(replayed.cases, CASES_MIN, 100000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_case),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
