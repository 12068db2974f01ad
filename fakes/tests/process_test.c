/* What runs inside a container: held against what busybox printed (process_cases.json), and what only containers have.
 */
#include "fakes/docker/process.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { START_MS = 1000000, FOR_EVER_MS = 100000, FILE_MAX = 1 << 20, ARGUMENT_MAX = 8, ROUNDS_MAX = 100000 };

static struct arena arena;
static struct pool pool;
static struct process_files files;
static struct process process;
static struct text out, err;
static int64_t now_ms;
static int64_t last_output_ms;

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, arena_source_malloc());
    pool_init(&pool, &arena);
    process_files_init(&files, &pool);
    out = err = (struct text){0};
    now_ms = START_MS;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_reset(&arena);
    return 0;
}

static void keep(void *context, int64_t ms, enum process_stream stream, const char *bytes, size_t length)
{
    (void)context;
    last_output_ms = ms;
    text_add(&pool, stream == PROCESS_STDERR ? &err : &out, bytes, length);
}

static const struct process_io io = {.output = keep};

/* Passes until this instant, or the end. */
static void pass_until(int64_t ms)
{
    uint32_t rounds = 0;

    while (process.state == PROCESS_RUNNING && process_next_ms(&process) <= ms) {
        int64_t next = process_next_ms(&process);

        now_ms = next > now_ms ? next : now_ms;
        process_pass(&process, now_ms, &io);
        assert_true(rounds++ < ROUNDS_MAX);
    }
    now_ms = process.state == PROCESS_RUNNING ? ms : now_ms;
}

static void pass(void)
{
    pass_until(now_ms);
}

static void start(struct process_spec spec, const char *const *argv)
{
    spec.argv = argv;
    process_start(&process, &spec, &pool, &files, now_ms);
    pass();
}

#define START(spec, ...) start((struct process_spec)spec, (const char *const[]){__VA_ARGS__, NULL})
#define PLAIN                                                                                                          \
    {                                                                                                                  \
        .hostname = "box"                                                                                              \
    }
#define WITH_STDIN                                                                                                     \
    {                                                                                                                  \
        .hostname = "box", .open_stdin = true                                                                          \
    }
#define TERMINAL                                                                                                       \
    {                                                                                                                  \
        .hostname = "box", .open_stdin = true, .tty = true                                                             \
    }

static void type(const char *text)
{
    assert_int_equal(process_input(&process, text, strlen(text)), strlen(text));
    pass();
}

static void assert_output(const char *expected)
{
    assert_string_equal(text_string(&out), expected);
    text_cut(&out, 0);
}

static void assert_exit(int code)
{
    assert_int_equal(process.state, PROCESS_EXITED);
    assert_int_equal(process.exit_code, code);
}

static void assert_running(void)
{
    assert_int_equal(process.state, PROCESS_RUNNING);
}

/* A command line of sh -c, to its end. */
static void run(const char *line)
{
    START(PLAIN, "sh", "-c", line);
    pass_until(now_ms + FOR_EVER_MS);
}

/* ---- as busybox ------------------------------------------------------------------------------------------------ */

static const struct value *load_cases(void)
{
    static char text[FILE_MAX];
    FILE *file = fopen("fakes/tests/process_cases.json", "r");

    assert_non_null(file);
    size_t length = fread(text, 1, sizeof text, file);

    fclose(file);
    return value_parse(&arena, text, length);
}

static bool is_same(const char *what, const struct value *item, const char *had)
{
    const char *wanted = value_get_text(item, what);

    if (strcmp(wanted, had) == 0) {
        return true;
    }
    print_error("%s\n  %s of busybox: %s\n  here: %s\n", value_get_text(item, "command"), what, wanted, had);
    return false;
}

static bool replay(const struct value *item)
{
    const char *input = value_get_text(item, "input");
    const char *const argv[] = {"sh", "-c", value_get_text(item, "command"), NULL};
    struct process_spec spec = {
        .hostname = "box", .open_stdin = true, .argv = argv, .working_dir = "/work", .is_exec = true};
    bool ok = true;

    process_files_init(&files, &pool);
    (void)process_files_mkdir(&files, "/work", now_ms);
    process_start(&process, &spec, &pool, &files, now_ms);
    if (input != NULL) {
        (void)process_input(&process, input, strlen(input));
    }
    process_input_end(&process);
    pass_until(now_ms + FOR_EVER_MS);
    if (process.state != PROCESS_EXITED || process.exit_code != (int)value_get_number(item, "exit", -1)) {
        print_error("%s\n  exit code of busybox: %d\n  here: %d (state %d)\n", argv[2],
                    (int)value_get_number(item, "exit", -1), process.exit_code, (int)process.state);
        ok = false;
    }
    ok &= is_same("stdout", item, text_string(&out));
    ok &= is_same("stderr", item, text_string(&err));
    text_cut(&out, 0);
    text_cut(&err, 0);
    process_free(&process);
    process_files_free(&files);
    return ok;
}

static void test_cases_are_as_busybox_did_them(void **state)
{
    const struct value *cases = load_cases();
    uint32_t wrong = 0;

    (void)state;
    assert_true(value_count(cases) >= 80);
    for (uint32_t i = 0; i < value_count(cases); i++) {
        wrong += !replay(value_at(cases, i));
    }
    assert_int_equal(wrong, 0);
}

/* ---- commands and images --------------------------------------------------------------------------------------- */

static void test_only_a_bare_busybox_has_no_bash(void **state)
{
    (void)state;
    run("bash -c 'echo x'; ls -l /bin/ls | cut -c 1-10; ls /bin | grep -c bash");
    assert_exit(1);
    assert_output("-rwxr-xr-x\n0\n");
    assert_string_equal(text_string(&err), "sh: bash: not found\n");
    files.is_full = true;
    run("bash -c uptime; /usr/bin/env echo y; which ls");
    assert_output(" 00:16:40 up 0 min,  0 users,  load average: 0.00, 0.00, 0.00\ny\n/usr/bin/ls\n");
}

/* Where 64 bits end, expr goes on as the shell's arithmetic does; a quotient that has no place must not end the process
 * that models it. */
static void test_expr_goes_round_at_its_ends(void **state)
{
    (void)state;
    run("expr 9223372036854775807 + 1; expr 9223372036854775807 \\* 2; expr -9223372036854775808 / -1; "
        "expr -9223372036854775808 % -1");
    assert_output("-9223372036854775808\n-2\n-9223372036854775808\n0\n");
}

/* So do the shell's own steps, and its level; seq and tail end where no number comes after. */
static void test_numbers_at_the_ends_of_64_bits(void **state)
{
    (void)state;
    run("i=9223372036854775807; echo $((i++)) $i $((--i)) $((++i)) $((i--)) $i");
    assert_output("9223372036854775807 -9223372036854775808 9223372036854775807 -9223372036854775808 "
                  "-9223372036854775808 9223372036854775807\n");
    run("seq 9223372036854775806 9223372036854775807; seq -s , 9223372036854775806 9223372036854775807; "
        "seq -9223372036854775807 -1 -9223372036854775808; seq 1 9223372036854775807 9223372036854775807");
    assert_output("9223372036854775806\n9223372036854775807\n9223372036854775806,9223372036854775807\n"
                  "-9223372036854775807\n-9223372036854775808\n1\n");
    run("echo a | tail -n -9223372036854775808; echo b | tail -c 9223372036854775807");
    assert_output("a\nb\n");
    run("SHLVL=2147483647 sh -c 'echo x'; SHLVL=99999999999999999999 sh -c 'echo y'");
    assert_output("x\ny\n");
    run("sleep nan; timeout nan true; timeout 1e300 echo z; sleep 9223372036854775 & sleep 1e300 & echo ok");
    assert_output("z\nok\n");
    run("printf '%2000000000d' 1"); /* more than there is memory for */
    assert_exit(137);
    run("printf '%5000000000d' 1"); /* more than printf itself can say */
    assert_exit(137);
}

static uint32_t write_count;

static void count_write(void *context, int64_t ms, enum process_stream stream, const char *bytes, size_t length)
{
    write_count++;
    keep(context, ms, stream, bytes, length);
}

static void test_a_command_writes_in_one_piece(void **state)
{
    const struct process_io counting = {.output = count_write};
    const char *const argv[] = {"ls", "/", NULL};
    const struct process_spec spec = {.argv = argv};

    (void)state;
    write_count = 0;
    process_start(&process, &spec, &pool, &files, now_ms);
    process_pass(&process, now_ms, &counting);
    assert_int_equal(write_count, 1);
}

/* ---- signals --------------------------------------------------------------------------------------------------- */

static void test_pid_1_without_handler_ignores_all_but_kill(void **state)
{
    (void)state;
    START(PLAIN, "sleep", "9999");
    process_signal(&process, SIGTERM, now_ms);
    process_signal(&process, SIGINT, now_ms);
    pass_until(now_ms + 1000);
    assert_running();
    process_signal(&process, SIGKILL, now_ms);
    assert_exit(137);
}

static void test_an_exec_dies_of_what_nobody_handles(void **state)
{
    (void)state;
    START({.is_exec = true}, "sleep", "9999");
    process_signal(&process, SIGTERM, now_ms);
    pass();
    assert_exit(143);
}

static void test_a_trap_waits_for_the_command_that_runs(void **state)
{
    (void)state;
    START(PLAIN, "sh", "-c",
          "echo 'starting trap'; trap 'echo got signal; exit 0;' TERM; while true; do sleep 10; done");
    assert_output("starting trap\n");
    pass_until(now_ms + 4000);
    process_signal(&process, SIGTERM, now_ms);
    pass_until(now_ms + 5000);
    assert_running();
    pass_until(now_ms + 1000);
    assert_exit(0);
    assert_output("got signal\n");
    assert_int_equal(process.finished_ms, START_MS + 10000);
}

static void test_a_trap_ends_wait_at_once(void **state)
{
    (void)state;
    START(PLAIN, "sh", "-c", "trap 'echo bye; exit 33' INT; sleep 100 & wait; exit 34");
    process_signal(&process, SIGINT, now_ms + 5);
    pass_until(now_ms + 5);
    assert_exit(33);
    assert_output("bye\n");
}

static void test_top_ends_by_term(void **state)
{
    (void)state;
    START(PLAIN, "top");
    pass_until(now_ms + 12000);
    assert_running();
    process_signal(&process, SIGTERM, now_ms);
    pass();
    assert_exit(143);
}

static void test_the_last_command_of_sh_takes_its_place(void **state)
{
    (void)state;
    START({.is_exec = true}, "sh", "-c", "true; sleep 60");
    process_signal(&process, SIGTERM, now_ms);
    pass();
    assert_exit(143);
    assert_string_equal(text_string(&err), ""); /* no shell is left that says "Terminated" */
}

static int killed_pid, killed_signal;

static bool note_kill(void *context, int pid, int number)
{
    (void)context;
    killed_pid = pid;
    killed_signal = number;
    return pid == 1;
}

static void test_an_exec_kills_what_the_container_runs(void **state)
{
    const struct process_io container = {.output = keep, .kill = note_kill};
    const char *const argv[] = {"sh", "-c", "kill -9 1 && kill 2", NULL};
    const struct process_spec spec = {.argv = argv, .is_exec = true};

    (void)state;
    process_start(&process, &spec, &pool, &files, now_ms);
    process_pass(&process, now_ms, &container);
    assert_exit(1);
    assert_int_equal(killed_pid, 2);
    assert_string_equal(text_string(&err), "sh: can't kill pid 2: No such process\n");
}

/* ---- time ------------------------------------------------------------------------------------------------------ */

static void test_it_exits_when_it_has_slept(void **state)
{
    (void)state;
    START(PLAIN, "sh", "-c", "echo a; echo b >&2; sleep 1; exit 3");
    assert_output("a\n");
    assert_string_equal(text_string(&err), "b\n");
    assert_int_equal(process_next_ms(&process), START_MS + 1000);
    pass_until(START_MS + 999);
    assert_running();
    pass_until(START_MS + 1000);
    assert_exit(3);
    assert_int_equal(process.finished_ms, START_MS + 1000);
    assert_int_equal(process_next_ms(&process), INT64_MAX);
}

static void test_one_late_pass_is_as_many_in_time(void **state)
{
    (void)state;
    START(PLAIN, "sh", "-c", "for i in 1 2 3; do echo $i; sleep 1; done");
    process_pass(&process, START_MS + 60000, &io);
    assert_output("1\n2\n3\n");
    assert_int_equal(last_output_ms, START_MS + 2000);
    assert_exit(0);
    assert_int_equal(process.finished_ms, START_MS + 3000);
}

static void test_frozen_time_does_not_count(void **state)
{
    (void)state;
    START(PLAIN, "sh", "-c", "sleep 10; echo done");
    pass_until(now_ms + 4000);
    process_pause(&process, now_ms);
    assert_int_equal(process_next_ms(&process), INT64_MAX);
    now_ms += 50000;
    process_unpause(&process, now_ms);
    assert_int_equal(process_next_ms(&process), START_MS + 60000);
    pass_until(START_MS + 60000);
    assert_exit(0);
    assert_int_equal(last_output_ms, START_MS + 60000);
    assert_int_equal(process.finished_ms, START_MS + 60000);
}

static void test_a_loop_that_never_sleeps_takes_virtual_time(void **state)
{
    (void)state;
    START(PLAIN, "sh", "-c", "while true; do :; done");
    assert_running();
    assert_int_equal(process_next_ms(&process), START_MS + 1);
    pass_until(START_MS + 20);
    assert_running();
    process_signal(&process, SIGKILL, now_ms);
    assert_exit(137);
}

static void test_a_counting_loop_ends(void **state)
{
    (void)state;
    run("echo hello out ; for i in $(seq 1 50000); do echo $i>/dev/null; done ; echo hello err >&2");
    assert_exit(0);
    assert_output("hello out\n");
    assert_string_equal(text_string(&err), "hello err\n");
}

static size_t chunk_bytes(void)
{
    size_t bytes = 0;

    for (const struct arena_chunk *chunk = arena.chunks; chunk != NULL; chunk = chunk->next) {
        bytes += chunk->size;
    }
    return bytes;
}

static void test_a_long_running_loop_needs_no_more_memory(void **state)
{
    (void)state;
    START(PLAIN, "sh", "-c",
          "n=0; while true; do n=$((n + 1)); x=$(echo $n | tr 1 2); echo $x > f; cat f; sleep 1; done");
    pass_until(now_ms + 20000);
    size_t before = chunk_bytes();

    for (int i = 0; i < 200; i++) {
        pass_until(now_ms + 10000);
        text_cut(&out, 0);
    }
    assert_running();
    assert_int_equal(chunk_bytes(), before);
}

static void test_a_process_that_is_over_leaves_its_memory_to_the_next(void **state)
{
    size_t before = 0;

    (void)state;
    for (int i = 0; i < 50; i++) {
        run("f() { trap 'echo x' EXIT; (cat /etc/passwd | grep root; x=$(seq 100)) & wait; }; f; echo \"$x\" | sort | "
            "uniq -c");
        assert_exit(0);
        text_cut(&out, 0);
        before = i == 0 ? chunk_bytes() : before;
    }
    assert_int_equal(chunk_bytes(), before);
}

static void test_what_grows_without_bound_is_killed(void **state)
{
    (void)state;
    run("x=abcdefgh; while true; do x=$x$x; done");
    assert_exit(137);
    assert_true(process.oom_killed);
}

static void test_a_sleeping_container_is_small(void **state)
{
    enum { COUNT = 100, BYTES_MAX = 2048 };
    static struct process many[COUNT];
    static const char *const argv[] = {"sleep", "9999", NULL};
    const struct process_spec spec = {.argv = argv, .hostname = "box"};
    size_t before = chunk_bytes();

    (void)state;
    for (uint32_t i = 0; i < COUNT; i++) {
        process_start(&many[i], &spec, &pool, &files, now_ms);
        process_pass(&many[i], now_ms, &io);
    }
    assert_true((chunk_bytes() - before) / COUNT < BYTES_MAX);
}

/* ---- input ----------------------------------------------------------------------------------------------------- */

static void test_cat_gives_back_what_comes(void **state)
{
    (void)state;
    START(WITH_STDIN, "cat");
    type("hello\n");
    assert_output("hello\n");
    type("world");
    assert_output("world");
    assert_running();
    process_input_end(&process);
    pass();
    assert_exit(0);
}

static void test_without_open_stdin_there_is_no_input(void **state)
{
    (void)state;
    START(PLAIN, "cat");
    assert_exit(0);
}

static void test_input_is_bounded_until_it_is_read(void **state)
{
    static char much[PROCESS_INPUT_MAX + 10];

    (void)state;
    memset(much, 'x', sizeof much);
    START(WITH_STDIN, "sh", "-c", "sleep 1; wc -c");
    assert_int_equal(process_input(&process, much, sizeof much), PROCESS_INPUT_MAX);
    assert_int_equal(process_input(&process, much, 10), 0);
    pass_until(now_ms + 1000);
    assert_int_equal(process_input(&process, much, 10), 10);
    process_input_end(&process);
    pass();
    assert_output("65546\n");
}

static void test_a_shell_reads_commands_from_its_input(void **state)
{
    (void)state;
    START(WITH_STDIN, "/bin/sh");
    type("printf \"abc\" | wc -c; ");
    assert_output("");
    type("exit 4;\n");
    assert_output("3\n");
    assert_exit(4);
}

/* ---- terminals ------------------------------------------------------------------------------------------------- */

static void test_a_terminal_writes_carriage_returns(void **state)
{
    (void)state;
    START({.tty = true}, "sh", "-c", "echo hello out; echo hello err >&2");
    assert_output("hello out\r\nhello err\r\n");
    assert_string_equal(text_string(&err), "");
}

static void test_a_terminal_echoes_and_ends_lines(void **state)
{
    (void)state;
    START(TERMINAL, "wc", "-c");
    type("12345\n");
    assert_output("12345\r\n");
    type("\x04");
    assert_output("6\r\n");
    assert_exit(0);
}

static void test_a_terminal_edits_its_line(void **state)
{
    (void)state;
    START(TERMINAL, "cat");
    type("abx\x7f\rc\x01");
    assert_output("abx\b \b\r\nc^Aab\r\n");
}

static void test_an_interactive_shell(void **state)
{
    (void)state;
    START(TERMINAL, "sh");
    assert_output("/ # \033[6n");
    type("\033[1;5Recho hi\r");
    assert_output("echo hi\r\nhi\r\n/ # \033[6n");
    type("cd root\nfor i in 1 2\ndo echo $i\ndone\n");
    assert_output("cd root\r\n~ # for i in 1 2\r\n> do echo $i\r\n> done\r\n1\r\n2\r\n~ # \033[6n");
    process_signal(&process, SIGTERM, now_ms);
    pass();
    assert_running();
    type("junk\x03");
    assert_output("junk^C\r\n~ # \033[6n");
    type("exit 5\n");
    assert_output("exit 5\r\n");
    assert_exit(5);
}

static void test_interrupt_ends_the_command_not_the_shell(void **state)
{
    (void)state;
    START(TERMINAL, "sh");
    type("sleep 100\n");
    text_cut(&out, 0);
    type("\x03");
    assert_output("^C/ # \033[6n");
    type("\x04");
    assert_exit(130);
}

static void test_the_size_of_a_terminal(void **state)
{
    (void)state;
    START(TERMINAL, "sh");
    process_resize(&process, 40, 100);
    text_cut(&out, 0);
    type("stty size; tty\n");
    assert_output("stty size; tty\r\n40 100\r\n/dev/pts/0\r\n/ # \033[6n");
}

/* ---- where it runs --------------------------------------------------------------------------------------------- */

static void test_environment(void **state)
{
    static const char *const env[] = {"FOO=1", "PATH=/bin", "Blank=", "Unset", NULL};

    (void)state;
    start((struct process_spec){.hostname = "box", .env = env}, (const char *const[]){"env", NULL});
    assert_output("PATH=/bin\nHOSTNAME=box\nFOO=1\nBlank=\nHOME=/root\n");
}

static void test_who_and_where(void **state)
{
    static const struct {
        const char *user, *line, *output;
    } cases[] = {
        {NULL, "whoami; id", "root\nuid=0(root) gid=0(root) groups=0(root),10(wheel)\n"},
        {"www-data", "whoami; id -u; id -g", "www-data\n33\n33\n"},
        {"8:100", "id", "uid=8(mail) gid=100(users) groups=100(users)\n"},
        {"1000", "id -u", "1000\n"},
        {NULL, "hostname; cat /etc/hostname; uname -n; pwd", "box\nbox\nbox\n/\n"},
        {NULL, "uname -s -m; date", "Linux x86_64\nThu Jan  1 00:16:40 UTC 1970\n"},
        {NULL, "echo $$; sh -c 'echo $$'; ls -d /etc /tmp; which ls", "1\n2\n/etc\n/tmp\n/bin/ls\n"},
        {NULL, "ls -p / | head -n 3", "bin/\ndev/\netc/\n"},
        {NULL, "ping -c 2 127.0.0.1 | grep -c seq", "2\n"},
        {NULL, "busybox echo x; /bin/echo y", "x\ny\n"},
    };

    (void)state;
    files.hostname = "box";
    for (uint32_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        start((struct process_spec){.hostname = "box", .user = cases[i].user},
              (const char *const[]){"sh", "-c", cases[i].line, NULL});
        pass_until(now_ms + 5000);
        assert_exit(0);
        assert_output(cases[i].output);
        process_free(&process);
        now_ms = START_MS;
    }
}

static void test_working_folder(void **state)
{
    (void)state;
    START({.working_dir = "/var/www"}, "pwd");
    assert_output("/var/www\n");
}

static void test_what_can_be_started(void **state)
{
    static const struct {
        const char *name, *folder, *message;
        int status;
    } cases[] = {
        {"echo", NULL, "", 0},
        {"/bin/sh", NULL, "", 0},
        {"nosuch", NULL,
         "unable to start container process: exec: \"nosuch\": executable file not found in $PATH: unknown", 127},
        {"/nosuch", NULL,
         "unable to start container process: exec: \"/nosuch\": stat /nosuch: no such file or directory: unknown", 127},
        {"/etc", NULL, "unable to start container process: exec: \"/etc\": permission denied: unknown", 126},
        {"echo", "/nosuch",
         "unable to start container process: chdir to cwd (\"/nosuch\") set in config.json failed: no such file or "
         "directory: unknown",
         127},
    };

    (void)state;
    for (uint32_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *const argv[] = {cases[i].name, NULL};
        const struct process_spec spec = {.argv = argv, .working_dir = cases[i].folder, .is_exec = true};
        char message[256] = "";

        assert_int_equal(process_can_start(&spec, &files, message, sizeof message), cases[i].status);
        assert_string_equal(message, cases[i].message);
    }
}

static void test_a_program_that_is_not_known_is_a_service(void **state)
{
    (void)state;
    START({.runs_unknown = true}, "nginx", "-g", "daemon off;");
    pass_until(now_ms + FOR_EVER_MS);
    assert_running();
    process_signal(&process, SIGTERM, now_ms);
    pass();
    assert_exit(0);
    start((struct process_spec)PLAIN, (const char *const[]){NULL});
    assert_running();
}

static struct text listed;

static void list_entry(void *context, int pid, int parent, const char *arguments)
{
    (void)context;
    text_printf(&pool, &listed, "%d %d %s\n", pid, parent, arguments);
}

static void test_list_of_processes(void **state)
{
    (void)state;
    listed = (struct text){0};
    START(PLAIN, "sh", "-c", "sleep 60 & wait");
    process_list(&process, NULL, list_entry);
    assert_string_equal(text_string(&listed), "1 0 sh -c sleep 60 & wait\n2 1 sleep 60\n");
}

/* ---- files ----------------------------------------------------------------------------------------------------- */

static void assert_changes(const char *expected)
{
    struct text paths = {0};
    struct text shown = {0};

    process_files_changes(&files, &pool, &paths);
    for (uint32_t at = 0; at < paths.length; at = text_next_string(&paths, at)) {
        text_printf(&pool, &shown, "%d %s\n", (int)process_files_change_of(&files, paths.bytes + at), paths.bytes + at);
    }
    assert_string_equal(text_string(&shown), expected);
}

static void test_changes(void **state)
{
    (void)state;
    START(PLAIN, "touch", "/test");
    assert_changes("1 /test\n");
    run("rm /test; echo x > /etc/new; echo y >> /etc/passwd; rm -r /var/www /var/spool; mkdir -p /root/a/b");
    assert_exit(0);
    assert_changes(
        "0 /etc\n1 /etc/new\n0 /etc/passwd\n0 /root\n1 /root/a\n1 /root/a/b\n0 /var\n2 /var/spool\n2 /var/www\n");
    run("tail -n 1 /etc/passwd; ls /var; ls /var/www");
    assert_output("y\nlog\n");
    assert_exit(1);
}

static void test_files_outlive_a_process(void **state)
{
    (void)state;
    run("echo hello > /test");
    START({.is_exec = true}, "cat", "/test");
    assert_output("hello\n");
    run("dd if=/dev/zero of=/big bs=1M count=100; wc -c < /test");
    assert_int_equal(process_files_status(&files, "/big").size, 100 << 20);
    assert_true(process_files_bytes(&files) > 100 << 20);
}

static void test_volumes(void **state)
{
    struct process_files volume;

    (void)state;
    process_files_init(&volume, &pool);
    volume.is_volume = true;
    process_files_mount(&files, "/vol1", &volume, false);
    process_files_mount(&files, "/read", &volume, true);
    run("echo hello > /vol1/data.txt; mkdir /vol1/d; ls -p /vol1; cat /read/data.txt; ls / | grep -c vol1");
    assert_output("d/\ndata.txt\nhello\n1\n");
    run("touch /read/x");
    assert_exit(1);
    assert_string_equal(text_string(&err), "touch: /read/x: Read-only file system\n");
    assert_changes("");
    assert_int_equal(process_files_status(&volume, "/data.txt").size, 6);
}

static void test_a_read_only_root(void **state)
{
    (void)state;
    files.read_only = true;
    START(PLAIN, "mkdir", "/shrine");
    assert_exit(1);
    assert_string_equal(text_string(&err), "mkdir: can't create directory '/shrine': Read-only file system\n");
}

static void test_output_of_pid_1_from_elsewhere(void **state)
{
    (void)state;
    run("tail -f /f & touch /f; echo a > /proc/1/fd/1; sleep 1; kill $!");
    assert_output("a\n");
}

/* ---- scripts --------------------------------------------------------------------------------------------------- */

static void start_script(const char *json)
{
    start((struct process_spec){.script = value_parse(&arena, json, strlen(json))},
          (const char *const[]){"anything", NULL});
}

static void test_a_script_exits_and_writes_in_time(void **state)
{
    (void)state;
    start_script("{\"after\":5000,\"exitCode\":3,\"output\":[{\"text\":\"up\\n\"},"
                 "{\"after\":2000,\"stream\":\"stderr\",\"text\":\"oops\\n\"},{\"after\":9000,\"text\":\"never\"}]}");
    assert_output("up\n");
    assert_int_equal(process_next_ms(&process), START_MS + 2000);
    pass_until(START_MS + 4999);
    assert_string_equal(text_string(&err), "oops\n");
    assert_running();
    pass_until(START_MS + 5000);
    assert_exit(3);
    assert_output("");
}

static void test_a_script_without_end(void **state)
{
    (void)state;
    start_script("{}");
    pass_until(now_ms + FOR_EVER_MS);
    assert_running();
    process_signal(&process, SIGHUP, now_ms);
    pass();
    assert_running();
    process_signal(&process, SIGTERM, now_ms);
    pass();
    assert_exit(0);
}

static void test_a_script_reacts_to_signals(void **state)
{
    (void)state;
    start_script(
        "{\"ignores\":[\"INT\"],\"onSignal\":{\"SIGTERM\":{\"after\":700,\"exitCode\":9,\"output\":\"bye\\n\"},"
        "\"HUP\":{\"output\":\"reloaded\\n\"}}}");
    process_signal(&process, SIGINT, now_ms);
    process_signal(&process, SIGHUP, now_ms);
    pass();
    assert_running();
    assert_output("reloaded\n");
    process_signal(&process, SIGTERM, now_ms);
    pass();
    assert_output("bye\n");
    assert_running();
    pass_until(now_ms + 700);
    assert_exit(9);
}

static void test_a_script_runs_out_of_memory(void **state)
{
    (void)state;
    start_script("{\"after\":100,\"oomKilled\":true}");
    pass_until(now_ms + 100);
    assert_exit(137);
    assert_true(process.oom_killed);
}

/* ---- copies ---------------------------------------------------------------------------------------------------- */

static void test_the_same_twice(void **state)
{
    static const char line[] =
        "seq 200 | while read x; do echo $x | tr 0-9 a-j; done | sort | uniq -c | head -n 20; ls -R / | wc -l";
    struct text first = {0};

    (void)state;
    run(line);
    first = out;
    out = (struct text){0};
    now_ms = START_MS;
    run(line);
    assert_string_equal(text_string(&out), text_string(&first));
}

static void test_nonsense_ends(void **state)
{
    static const char *const lines[] = {
        "f() { f; }; f",
        "((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((",
        "$(",
        "${x",
        "`",
        "'",
        "case",
        "\\",
        "<",
        "<<",
        "<<E",
        "a() ",
        "$((",
        "$((1+",
        "${x/",
        "for x in",
        "! !",
        "&",
        "| a",
        ";;",
        ":(){ :|:& };:",
        "echo ${x:${y}}",
        "while",
        "trap 'kill $$' EXIT; exit",
        "eval eval eval",
        "[ ( ]",
        "printf %",
        "printf '%5000d' 1",
        "kill -9 $$",
        "exec 1>&-; echo x",
        "exec <&-; read x",
        "echo $((9223372036854775807 + 1)) $((-9223372036854775807 - 2))",
        "echo $((1 << 70))",
        "cd /..; pwd",
        "rm -rf /; ls /",
        "cat /dev/zero | head -c 5 | wc -c",
        "x() { x | x; }; x & sleep 1",
        "head -c 3 /dev/urandom | wc -c",
        "sed 's/\\(/x/'",
        "grep '['",
        "set -- ; shift 9; echo $9",
        "wait 1 2 3",
        "timeout",
        "xargs",
    };

    (void)state;
    for (uint32_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        START({.is_exec = true}, "sh", "-c", lines[i]);
        pass_until(now_ms + 50);
        process_signal(&process, SIGKILL, now_ms);
        assert_int_equal(process.state, PROCESS_EXITED);
        text_cut(&out, 0);
        text_cut(&err, 0);
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_cases_are_as_busybox_did_them),
        CASE(test_only_a_bare_busybox_has_no_bash),
        CASE(test_a_command_writes_in_one_piece),
        CASE(test_expr_goes_round_at_its_ends),
        CASE(test_numbers_at_the_ends_of_64_bits),
        CASE(test_pid_1_without_handler_ignores_all_but_kill),
        CASE(test_an_exec_dies_of_what_nobody_handles),
        CASE(test_a_trap_waits_for_the_command_that_runs),
        CASE(test_a_trap_ends_wait_at_once),
        CASE(test_top_ends_by_term),
        CASE(test_the_last_command_of_sh_takes_its_place),
        CASE(test_an_exec_kills_what_the_container_runs),
        CASE(test_it_exits_when_it_has_slept),
        CASE(test_one_late_pass_is_as_many_in_time),
        CASE(test_frozen_time_does_not_count),
        CASE(test_a_loop_that_never_sleeps_takes_virtual_time),
        CASE(test_a_counting_loop_ends),
        CASE(test_a_long_running_loop_needs_no_more_memory),
        CASE(test_a_process_that_is_over_leaves_its_memory_to_the_next),
        CASE(test_what_grows_without_bound_is_killed),
        CASE(test_a_sleeping_container_is_small),
        CASE(test_cat_gives_back_what_comes),
        CASE(test_without_open_stdin_there_is_no_input),
        CASE(test_input_is_bounded_until_it_is_read),
        CASE(test_a_shell_reads_commands_from_its_input),
        CASE(test_a_terminal_writes_carriage_returns),
        CASE(test_a_terminal_echoes_and_ends_lines),
        CASE(test_a_terminal_edits_its_line),
        CASE(test_an_interactive_shell),
        CASE(test_interrupt_ends_the_command_not_the_shell),
        CASE(test_the_size_of_a_terminal),
        CASE(test_environment),
        CASE(test_who_and_where),
        CASE(test_working_folder),
        CASE(test_what_can_be_started),
        CASE(test_a_program_that_is_not_known_is_a_service),
        CASE(test_list_of_processes),
        CASE(test_changes),
        CASE(test_files_outlive_a_process),
        CASE(test_volumes),
        CASE(test_a_read_only_root),
        CASE(test_output_of_pid_1_from_elsewhere),
        CASE(test_a_script_exits_and_writes_in_time),
        CASE(test_a_script_without_end),
        CASE(test_a_script_reacts_to_signals),
        CASE(test_a_script_runs_out_of_memory),
        CASE(test_the_same_twice),
        CASE(test_nonsense_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
