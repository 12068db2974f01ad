/* HTTP requests of `drydock serve`: all of it, in this process, on a Unix socket. Whatever a client sends, what comes
 * back is well formed, a good request is answered, and so is another client afterwards.
 *
 * The client lives in the server's loop: serve() asks between two rounds whether it is time to end, and there the
 * client takes its turn. Time is what the rounds say.
 *
 * Input: the bytes that the client sends. 0xff: it lets the server work; 0xfe: it closes the connection and opens
 * another.
 */
#include "core/revision.h"
#include "fakes/wire/request_head.h"
#include "sim/fuzz/fuzz.h"
#include "sim/fuzz/http_answers.h"
#include "sim/fuzz/json_mutator.h"
#include "sim/serve/serve.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    PAUSE = 0xff,
    NEXT_CONNECTION = 0xfe,
    QUIET_ROUNDS = 8,     /* without a byte: no more is to come */
    ROUNDS_MAX = 400,     /* of the input's client */
    ANSWER_ROUNDS = 60,   /* within which the other client is answered */
    ROUND_US = 40 * 1000, /* what a round takes, as the server is told */
    HEAD_MAX = 4096,      /* bytes of a first request that is looked at */
    ANSWER_MAX = 4 << 20, /* bytes that are kept of a connection's answers */
};

static const char scenario_text[] = "{\"name\":\"fuzzed\",\"world\":{\"apps\":[{\"name\":\"web\"}],\"docker\":{"
                                    "\"containers\":[{\"name\":\"other\",\"image\":"
                                    "\"busybox:latest\"}]}},\"actors\":[]}";

enum stage { STAGE_INPUT, STAGE_OTHER, STAGE_OVER };

static struct {
    char folder[64], address[sizeof "unix://" + sizeof(((struct sockaddr_un *)NULL)->sun_path)];
    struct sockaddr_un socket_address;
    struct scenario *scenario;
    /* of one input */
    const uint8_t *next, *end;
    bool heads, json;  /* http_answers_read()'s */
    bool wants_answer; /* the first request is one that nothing keeps waiting */
    enum stage stage;
    int client, other, slow; /* descriptors; the slow one only keeps the server from sleeping */
    char *answers;
    size_t length;
    bool closed;
    unsigned rounds, quiet;
    int64_t now_us;
} fuzzed;

static void remove_folder(void)
{
    (void)rmdir(fuzzed.folder);
}

static void prepare(void)
{
    static struct arena arena;
    struct scenario_mistake mistake = {NULL};

    if (fuzzed.scenario != NULL) {
        return;
    }
    (void)snprintf(fuzzed.folder, sizeof fuzzed.folder, "%s/drydock-fuzz-XXXXXX", P_tmpdir);
    REQUIRE(mkdtemp(fuzzed.folder) != NULL, "no folder for the socket: %s", strerror(errno));
    (void)atexit(remove_folder);
    fuzzed.socket_address.sun_family = AF_UNIX;
    (void)snprintf(fuzzed.socket_address.sun_path, sizeof fuzzed.socket_address.sun_path, "%s/engine", fuzzed.folder);
    (void)snprintf(fuzzed.address, sizeof fuzzed.address, "unix://%s", fuzzed.socket_address.sun_path);
    arena_init(&arena, arena_source_malloc());
    fuzzed.scenario = scenario_parse(&arena, "fuzzed.json", scenario_text, strlen(scenario_text), &mistake);
    REQUIRE(fuzzed.scenario != NULL, "%s", mistake.text);
    fuzzed.answers = malloc(ANSWER_MAX + 1);
    REQUIRE(fuzzed.answers != NULL, "out of memory");
}

static int connect_client(void)
{
    int client = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    REQUIRE(client >= 0 &&
                connect(client, (struct sockaddr *)&fuzzed.socket_address, sizeof fuzzed.socket_address) == 0,
            "no connection: %s", strerror(errno));
    return client;
}

static void send_text(int client, const char *text)
{
    REQUIRE(send(client, text, strlen(text), MSG_NOSIGNAL) == (ssize_t)strlen(text), "no sending: %s", strerror(errno));
}

/* ---- the client whose bytes are the input -------------------------------------------------------------------------
 */

static void check_answers(void)
{
    const struct http_answers answers =
        http_answers_read(fuzzed.answers, fuzzed.length, fuzzed.closed, fuzzed.heads, fuzzed.json);

    fuzzed.answers[fuzzed.length] = '\0';
    REQUIRE(answers.wrong == NULL, "%s: %.2000s", answers.wrong, answers.at);
    REQUIRE(fuzzed.length > 0 || !fuzzed.wants_answer, "a good request gets no answer");
    fuzzed.wants_answer = false;
}

static bool receive(int client)
{
    ssize_t count = recv(client, fuzzed.answers + fuzzed.length, ANSWER_MAX - fuzzed.length, 0);

    fuzzed.closed = fuzzed.closed || count == 0 || (count < 0 && errno != EAGAIN);
    fuzzed.length += count > 0 ? (size_t)count : 0;
    return count > 0;
}

/* As many bytes as go, up to the next mark. */
static void send_some(void)
{
    size_t count = 0;

    while (fuzzed.next + count < fuzzed.end && fuzzed.next[count] < NEXT_CONNECTION) {
        count++;
    }
    if (count > 0 && !fuzzed.closed) {
        ssize_t sent = send(fuzzed.client, fuzzed.next, count, MSG_NOSIGNAL);

        /* What a closed connection does not take is lost. */
        fuzzed.next += sent > 0 ? (size_t)sent : errno == EAGAIN ? 0 : count;
    } else {
        fuzzed.next += count;
    }
}

static void next_connection(void)
{
    check_answers();
    (void)close(fuzzed.client);
    fuzzed.client = connect_client();
    fuzzed.length = 0;
    fuzzed.closed = false;
}

static void take_turn(void)
{
    bool heard = receive(fuzzed.client);

    fuzzed.quiet = heard ? 0 : fuzzed.quiet + 1;
    if (fuzzed.next < fuzzed.end && *fuzzed.next >= NEXT_CONNECTION) {
        if (fuzzed.quiet < QUIET_ROUNDS && !fuzzed.closed) {
            return;
        }
        if (*fuzzed.next++ == NEXT_CONNECTION) {
            next_connection();
        }
        fuzzed.quiet = 0;
    } else if (fuzzed.next < fuzzed.end) {
        send_some();
        fuzzed.quiet = 0;
    }
    if (++fuzzed.rounds == ROUNDS_MAX || fuzzed.length == ANSWER_MAX ||
        (fuzzed.next == fuzzed.end && (fuzzed.quiet >= QUIET_ROUNDS || fuzzed.closed))) {
        check_answers();
        (void)close(fuzzed.client);
        fuzzed.length = 0;
        fuzzed.closed = false;
        fuzzed.rounds = 0;
        fuzzed.stage = STAGE_OTHER;
        fuzzed.other = connect_client();
        send_text(fuzzed.other, "GET /_drydock/ HTTP/1.1\r\nHost: d\r\n\r\n");
    }
}

/* ---- the other client ---------------------------------------------------------------------------------------------
 */

/* What it asks for is no effect, which no fault can hit. */
static void await_answer(void)
{
    (void)receive(fuzzed.other);
    const struct http_answers answers = http_answers_read(fuzzed.answers, fuzzed.length, fuzzed.closed, false, true);

    REQUIRE(answers.wrong == NULL, "the next client's answer: %s: %.2000s", answers.wrong, answers.at);
    REQUIRE(answers.whole == 0 || answers.last == 200, "the next client's answer is %u", answers.last);
    REQUIRE(++fuzzed.rounds < ANSWER_ROUNDS && !fuzzed.closed, "the next client gets no answer");
    if (answers.whole == 1) {
        fuzzed.stage = STAGE_OVER;
        (void)close(fuzzed.other);
        (void)close(fuzzed.slow);
    }
}

/* A byte each round of a request that never ends. The server leaves them in the socket, which holds a few hundred. */
static void keep_awake(void)
{
    if (send(fuzzed.slow, "G", 1, MSG_NOSIGNAL) != 1) {
        (void)close(fuzzed.slow);
        fuzzed.slow = connect_client();
        send_text(fuzzed.slow, "G");
    }
}

/* ---- what the server is told --------------------------------------------------------------------------------------
 */

static bool stopped(void)
{
    keep_awake();
    if (fuzzed.stage == STAGE_INPUT) {
        take_turn();
    } else {
        await_answer();
    }
    return fuzzed.stage == STAGE_OVER;
}

static int64_t wall_us(void)
{
    return fuzzed.now_us += ROUND_US;
}

static int64_t date_ms(void)
{
    return 0;
}

static void listening(const char *address)
{
    (void)address;
    fuzzed.client = connect_client();
    fuzzed.slow = connect_client();
}

/* Whether an input begins with a good request without a body, for something that does not wait for what happens. */
static bool begins_well(const uint8_t *data, size_t size)
{
    static const char *const waiting[] = {"wait",     "attach", "logs",    "stats", "events",
                                          "Transfer", "Expect", "Upgrade", "%"};
    static const char no_body[] = "Content-Length: 0\r\n";
    const uint8_t *end = memmem(data, size, "\r\n\r\n", 4);
    size_t length = end == NULL ? 0 : (size_t)(end - data) + 4;
    const struct request_fault *fault = NULL;
    char head[HEAD_MAX + 1] = "";

    if (length == 0 || length > HEAD_MAX || memchr(data, PAUSE, length) != NULL ||
        memchr(data, NEXT_CONNECTION, length) != NULL ||
        (memcmp(data, "GET /", 5) != 0 && memcmp(data, "POST /", 6) != 0)) {
        return false;
    }
    memcpy(head, data, length);
    for (size_t i = 0; i < sizeof waiting / sizeof waiting[0]; i++) {
        if (strcasestr(head, waiting[i]) != NULL) {
            return false;
        }
    }
    const char *said = strcasestr(head, "Content-Length");

    return (said == NULL ||
            (strncmp(said, no_body, strlen(no_body)) == 0 && strcasestr(said + 1, "Content-Length") == NULL)) &&
           request_head_check(head, length, &fault) == REQUEST_HEAD_WHOLE;
}

static bool mentions(const uint8_t *data, size_t size, const char *word)
{
    return memmem(data, size, word, strlen(word)) != NULL;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t size_max, unsigned seed)
{
    return mutate_json_body(data, size, size_max, seed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char error[256] = "";
    struct arena record_arena, event_arena;

    prepare();
    fuzzed.next = data;
    fuzzed.end = data + size;
    fuzzed.heads = mentions(data, size, "HEAD");
    fuzzed.json = !mentions(data, size, "garbled"); /* a fault whose answers are no JSON */
    fuzzed.wants_answer = begins_well(data, size);
    fuzzed.stage = STAGE_INPUT;
    fuzzed.length = 0;
    fuzzed.closed = false;
    fuzzed.rounds = fuzzed.quiet = 0;
    fuzzed.now_us = 0;
    arena_init(&record_arena, arena_source_malloc());
    arena_init(&event_arena, arena_source_malloc());
    const struct run_options run = {.revision = revision_by_name("8.9.2"), .keep_events = true, .more_faults = true};
    const char *const addresses[] = {fuzzed.address, NULL};
    const struct serve_options options = {.run = &run,
                                          .addresses = addresses,
                                          .clock = SERVE_CLOCK_VIRTUAL,
                                          .wall_us = wall_us,
                                          .date_ms = date_ms,
                                          .stopped = stopped,
                                          .listening = listening};

    REQUIRE(serve(fuzzed.scenario, &options, fuzz_memory(), &record_arena, &event_arena, error, sizeof error) != NULL,
            "%s", error);
    arena_reset(&record_arena);
    arena_reset(&event_arena);
    return 0;
}
