#include "sim/tests/oom/trial.h"

#include "sim/tests/oom/client.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATIENCE_MS = 60 * 1000, ARGUMENTS_MAX = 64, EXIT_INTERNAL = 3, EXIT_INPUT = 2 };

static const struct verdict_info verdicts[] = {
#define VERDICT(ID, name, good, what) {name, good, what},
#include "sim/tests/oom/verdicts.def"
};

const struct verdict_info *verdict_info(enum verdict verdict)
{
    return &verdicts[verdict];
}

static bool says(const char *format, const char *command, const char *path)
{
    (void)fprintf(stderr, format, command, path);
    return false;
}

void oom_place_init(struct oom_place *place, const char *work, unsigned number)
{
    snprintf(place->template, sizeof place->template, "%s/template", work);
    snprintf(place->folder, sizeof place->folder, "%s/%u", work, number);
    snprintf(place->output, sizeof place->output, "%s/%u.out", work, number);
    snprintf(place->errors, sizeof place->errors, "%s/%u.err", work, number);
    place->shared = mmap(NULL, sizeof *place->shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (place->shared == MAP_FAILED) {
        perror("oom");
        exit(EXIT_FAILURE);
    }
    memset(place->shared, 0, sizeof *place->shared);
    heap_find_owners(place->shared);
}

/* ---- running --------------------------------------------------------------------------------------------------- */

static void redirect(int to, const char *path, int flags)
{
    int file = open(path, flags | O_CLOEXEC, 0666);

    if (file < 0 || dup2(file, to) < 0) {
        perror(path);
        _exit(EXIT_FAILURE);
    }
    close(file);
}

/* The program's arguments: words, in which ~ stands for a blank. */
static int split(char *command, char **arguments)
{
    static char program[] = "drydock";
    int count = 0;

    arguments[count++] = program;
    for (char *word = strsep(&command, " "); word != NULL && count < ARGUMENTS_MAX - 1; word = strsep(&command, " ")) {
        for (char *blank = strchr(word, '~'); blank != NULL; blank = strchr(blank, '~')) {
            *blank = ' ';
        }
        arguments[count++] = word;
    }
    arguments[count] = NULL;
    return count;
}

static _Noreturn void be_the_program(const struct oom_place *place, const char *folder, const struct oom_case *tried,
                                     const char *command, const struct fault_plan *plan)
{
    enum { COMMAND_MAX = 1024 };
    char *arguments[ARGUMENTS_MAX];
    char words[COMMAND_MAX];
    const char *folder_in = strchrnul(command, '@');

    snprintf(words, sizeof words, "%.*s%s%s", (int)(folder_in - command), command, *folder_in == '@' ? folder : "",
             *folder_in == '@' ? folder_in + 1 : "");
    int count = split(words, arguments);

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (setpgid(0, 0) != 0 || chdir(folder) != 0) {
        _exit(EXIT_FAILURE);
    }
    redirect(STDIN_FILENO, "/dev/null", O_RDONLY);
    redirect(STDOUT_FILENO, place->output, O_WRONLY | O_CREAT | O_TRUNC);
    redirect(STDERR_FILENO, place->errors, O_WRONLY | O_CREAT | O_TRUNC);
    optind = 1; /* the bench has read its own */
    fault_arm(plan, place->shared);
    exit(tried->run(count, arguments));
}

static pid_t start(const struct oom_place *place, const char *folder, const struct oom_case *tried, const char *command,
                   const struct fault_plan *plan)
{
    struct fault_shared *shared = place->shared;

    memset(shared, 0, offsetof(struct fault_shared, calls));
    if (plan->number == 0) {
        memset(shared->calls, 0, sizeof shared->calls);
        for (unsigned i = 0; i < OWNERS_MAX; i++) {
            shared->owners[i].asked = 0;
        }
    }
    (void)fflush(NULL);
    pid_t process = fork();

    if (process == 0) {
        be_the_program(place, folder, tried, command, plan);
    }
    if (process < 0) {
        perror("oom: fork");
        exit(EXIT_FAILURE);
    }
    (void)setpgid(process, process);
    return process;
}

/* Waits for it. false: it has not ended in time, and was killed. */
static bool wait_for(pid_t process, int patience_ms, int *status)
{
    struct pollfd end = {.fd = (int)syscall(SYS_pidfd_open, process, 0), .events = POLLIN};
    int ready = poll(&end, 1, patience_ms);

    close(end.fd);
    if (ready != 1) {
        kill(-process, SIGKILL);
    }
    waitpid(process, status, 0);
    return ready == 1;
}

/* Children of the program come to the bench when it ends (PR_SET_CHILD_SUBREAPER). They have to end, too: false when
 * one had to be killed. */
static bool wait_for_orphans(pid_t group, int patience_ms)
{
    for (int waited = 0; waitpid(-group, NULL, WNOHANG) >= 0; waited++) {
        if (waited > patience_ms) {
            kill(-group, SIGKILL);
            while (waitpid(-group, NULL, 0) > 0) {
            }
            return false;
        }
        (void)poll(NULL, 0, 1);
    }
    return true;
}

struct ending {
    int status;
    bool hung, left, unanswered;
    const char *unmeant; /* the first request that was answered otherwise than meant; NULL: none */
};

static struct ending run(const struct oom_place *place, const struct oom_case *tried, const struct fault_plan *plan)
{
    struct ending ending = {0};
    int patience_ms = tried->patience_ms == 0 ? PATIENCE_MS : tried->patience_ms;

    folder_empty(place->folder);
    folder_copy(place->template, place->folder);
    pid_t process = start(place, place->folder, tried, tried->command, plan);

    if (tried->requests != NULL) {
        ending.unanswered = !client_ask(process, place->folder, tried->requests, &ending.unmeant);
        kill(process, SIGTERM);
    }
    ending.hung = !wait_for(process, patience_ms, &ending.status);
    ending.left = !wait_for_orphans(process, patience_ms);
    return ending;
}

bool oom_prepare(const struct oom_place *place, const struct oom_case *tried, const char *root)
{
    enum { LIST_MAX = 4096 };
    const struct fault_plan nothing = {.class = CLASS_MEMORY};
    char list[LIST_MAX], path[PATH_MAX], target[PATH_MAX];
    char *rest = list;

    folder_empty(place->template);
    snprintf(list, sizeof list, "%s", tried->inputs);
    for (const char *input = strsep(&rest, " "); input != NULL && *input != '\0'; input = strsep(&rest, " ")) {
        const char *slash = strrchr(input, '/');

        snprintf(path, sizeof path, "%s/%s", root, input);
        snprintf(target, sizeof target, "%s/%s", place->template, slash == NULL ? input : slash + 1);
        folder_copy_file(path, target);
    }
    snprintf(list, sizeof list, "%s", tried->prepare);
    rest = list;
    for (const char *command = strsep(&rest, "|"); command != NULL && *command != '\0'; command = strsep(&rest, "|")) {
        int status = 0;

        if (!wait_for(start(place, place->template, tried, command, &nothing), PATIENCE_MS, &status) ||
            !WIFEXITED(status) || WEXITSTATUS(status) > 1) {
            return says("oom: %s: the preparation \"%s\" did not work\n", tried->command, command);
        }
    }
    return true;
}

/* ---- judging --------------------------------------------------------------------------------------------------- */

bool oom_usual(const struct oom_place *place, const struct oom_case *tried, enum fault_class class,
               struct oom_usual *usual)
{
    const struct fault_plan nothing = {.class = class};

    for (unsigned i = 0; i < 2; i++) {
        struct oom_usual last = *usual;
        struct ending ending = run(place, tried, &nothing);

        if (ending.hung || ending.left || ending.unanswered || !WIFEXITED(ending.status)) {
            oom_tell(place);
            return says("oom: %s: does not end as it should with nothing failing%s\n", tried->command, "");
        }
        if (ending.unmeant != NULL) {
            return says("oom: %s: with nothing failing, answered otherwise than meant: %s\n", tried->command,
                        ending.unmeant);
        }
        if (atomic_load(&place->shared->leaks) > 0 || atomic_load(&place->shared->ruined)) {
            return says("oom: %s: with nothing failing: %s\n", tried->command, place->shared->note);
        }
        usual->status = WEXITSTATUS(ending.status);
        usual->points = atomic_load(&place->shared->seen);
        usual->output = folder_hash_file(place->output, tried->timed);
        folder_read(&usual->before, place->template, tried->timed);
        folder_read(&usual->after, place->folder, tried->timed);
        if (i > 0 && tried->requests == NULL &&
            (usual->output != last.output || usual->status != last.status ||
             memcmp(&usual->after, &last.after, sizeof last.after) != 0)) {
            return says("oom: %s: another result the second time%s\n", tried->command, "");
        }
    }
    return true;
}

/* Files: each as before or as ever. */
static enum verdict judge_files(const struct oom_case *tried, const struct folder *now, const struct oom_usual *usual,
                                bool *complete)
{
    for (unsigned i = 0; i < now->count; i++) {
        const struct folder_file *file = &now->files[i];
        const struct folder_file *before = folder_find(&usual->before, file->path);
        const struct folder_file *after = folder_find(&usual->after, file->path);

        if (before == NULL && after == NULL) {
            return VERDICT_LEFT;
        }
        if (tried->requests != NULL && after != NULL && file->whole) {
            continue; /* what was not answered is not in it */
        }
        if ((before == NULL || before->hash != file->hash) && (after == NULL || after->hash != file->hash)) {
            return VERDICT_HALF;
        }
    }
    for (unsigned i = 0; i < usual->before.count; i++) {
        if (folder_find(now, usual->before.files[i].path) == NULL) {
            return VERDICT_HALF;
        }
    }
    for (unsigned i = 0; i < usual->after.count; i++) {
        const struct folder_file *file = folder_find(now, usual->after.files[i].path);

        *complete = *complete && file != NULL && file->hash == usual->after.files[i].hash;
    }
    return VERDICT_COMPLETE;
}

/* One line that says who speaks, or which file, and what it is about. */
static bool is_told(const struct oom_place *place, const struct fault_plan *plan)
{
    char line[1024];
    bool told = false;
    FILE *errors = fopen(place->errors, "r");

    while (errors != NULL && !told && fgets(line, sizeof line, errors) != NULL) {
        bool memory = strstr(line, "memory") != NULL;

        told = strchr(line, '\n') != NULL &&
               (plan->class == CLASS_CALL ? strchr(line, ':') != NULL : memory && strncmp(line, "drydock: ", 9) == 0);
    }
    if (errors != NULL) {
        (void)fclose(errors);
    }
    return told;
}

static bool may_end_with(int status, const struct fault_plan *plan, const struct fault_shared *shared)
{
    return status == EXIT_INTERNAL ||
           (status == EXIT_INPUT && plan->class == CLASS_CALL && atomic_load(&shared->on_input));
}

enum verdict oom_try(const struct oom_place *place, const struct oom_case *tried, const struct fault_plan *plan,
                     const struct oom_usual *usual)
{
    static struct folder now;
    const struct fault_shared *shared = place->shared;
    struct ending ending = run(place, tried, plan);
    bool piped = WIFSIGNALED(ending.status) && WTERMSIG(ending.status) == SIGPIPE && plan->fault == CALL_EPIPE &&
                 plan->class == CLASS_CALL;
    /* A stream gives up when it is interrupted; that needs a handler of signals, which no verb has that prints by
     * streams. */
    bool harmless = plan->class == CLASS_CALL && call_fault_is_harmless(plan->fault) &&
                    !(plan->fault == CALL_EINTR && atomic_load(&shared->on_output));

    /* What can never be had again makes a server that waits for it, which is as it should be; it ends when it is told
     * to. */
    if (ending.hung || (ending.unanswered && !(plan->class == CLASS_CALL && plan->for_ever))) {
        return VERDICT_HUNG;
    }
    if (atomic_load(&shared->crash) != 0 || atomic_load(&shared->ruined) || (WIFSIGNALED(ending.status) && !piped)) {
        return VERDICT_CRASH;
    }
    if (ending.left) {
        return VERDICT_LEFT;
    }
    if (atomic_load(&shared->leaks) > 0) {
        return VERDICT_LEAK;
    }
    folder_read(&now, place->folder, tried->timed);
    int status = WEXITSTATUS(ending.status);
    bool complete = !piped && status == usual->status && folder_hash_file(place->output, tried->timed) == usual->output;
    enum verdict files = judge_files(tried, &now, usual, &complete);

    if (files != VERDICT_COMPLETE) {
        return files;
    }
    /* A server may turn a client away, and goes on. */
    if (complete || (tried->requests != NULL && (status == 0 || status == 1))) {
        return atomic_load(&shared->fired) == 0 ? VERDICT_NOT_MET : VERDICT_COMPLETE;
    }
    if (status == usual->status && status != EXIT_INTERNAL && !piped) {
        return VERDICT_SILENT;
    }
    if (harmless || (!piped && !may_end_with(status, plan, shared))) {
        return VERDICT_STATUS;
    }
    return piped || atomic_load(&shared->on_errors) || is_told(place, plan) ? VERDICT_ENDED : VERDICT_SILENT;
}

void oom_tell(const struct oom_place *place)
{
    char line[1024];
    FILE *errors = fopen(place->errors, "r");

    if (place->shared->note[0] != '\0') {
        printf("      %s\n", place->shared->note);
    }
    while (errors != NULL && fgets(line, sizeof line, errors) != NULL) {
        printf("      | %s%s", line, strchr(line, '\n') == NULL ? "\n" : "");
    }
    if (errors != NULL) {
        (void)fclose(errors);
    }
}
