/* The HTTP server over real sockets, in one thread: clients write, the server is polled, clients read. Every test runs
 * over a unix socket and over TCP. */
#include "fakes/wire/http_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { TEXT_SIZE = 4 << 20, ROUNDS = 5000, BIG = 1 << 20, IDLE_CLIENTS = 2000 };

static struct http_server *server;
static char directory[] = "/tmp/http_server_test.XXXXXX";
static char unix_address[sizeof directory + 32];
static bool over_tcp;
static char received[TEXT_SIZE];
static size_t received_length;
static char big[BIG];

/* What the handlers have seen. */
static struct http_exchange *held; /* of /later, /stream, /upgrade */
static unsigned requests, gone_count, input_ends, released;
static char body_seen[256], input_seen[256];

static const struct http_header plain[] = {{"Content-Type", "text/plain"}, {"Api-Version", "1.41"}, {NULL, NULL}};

static void release_body(void *owner)
{
    (*(unsigned *)owner)++;
}

static void answer_echo(struct http_exchange *exchange)
{
    char text[512];
    size_t length;
    const char *body = http_exchange_body(exchange, &length);
    const char *header = http_exchange_header(exchange, "x-test");

    snprintf(body_seen, sizeof body_seen, "%.*s", (int)length, body);
    snprintf(text, sizeof text, "%s %s %s %s", http_exchange_method(exchange), http_exchange_target(exchange),
             header == NULL ? "-" : header, body_seen);
    http_exchange_answer(exchange, 200, plain, text, strlen(text));
}

static void on_request(void *context, struct http_exchange *exchange)
{
    const char *target = http_exchange_target(exchange);

    assert_ptr_equal(context, &requests);
    requests++;
    if (strcmp(target, "/later") == 0) {
        held = exchange;
        http_exchange_set_data(exchange, &requests);
    } else if (strcmp(target, "/stream") == 0) {
        held = exchange;
        http_exchange_stream(exchange, 200, plain);
    } else if (strcmp(target, "/upgrade") == 0) {
        held = exchange;
        http_exchange_upgrade(exchange, plain);
    } else if (strcmp(target, "/drop") == 0) {
        http_exchange_drop(exchange);
    } else if (strcmp(target, "/kept") == 0) {
        http_exchange_answer_kept(exchange, 200, plain, big, sizeof big, release_body, &released);
    } else if (strcmp(target, "/none") == 0) {
        http_exchange_answer(exchange, 204, NULL, NULL, 0);
    } else {
        answer_echo(exchange);
    }
}

static void on_gone(void *context, struct http_exchange *exchange)
{
    (void)context;
    gone_count++;
    if (exchange == held) {
        held = NULL;
    }
}

/* As `cat` would: what comes is sent back. */
static void on_input(void *context, struct http_exchange *exchange, const char *bytes, size_t length)
{
    (void)context;
    snprintf(input_seen, sizeof input_seen, "%.*s", (int)length, bytes);
    http_exchange_write(exchange, bytes, length);
}

static void on_input_end(void *context, struct http_exchange *exchange)
{
    (void)context;
    (void)exchange;
    input_ends++;
}

static struct http_server *open_with(const char *const *addresses, const struct http_limits *limits, char *error,
                                     size_t size)
{
    struct http_server_options options = {
        .addresses = addresses, .handlers = {on_request, on_gone, on_input, on_input_end}, .context = &requests};

    if (limits != NULL) {
        options.limits = *limits;
    }
    return http_server_open(&options, error, size);
}

static void start(const struct http_limits *limits)
{
    const char *addresses[] = {unix_address, "tcp://127.0.0.1:0", NULL};
    char error[256] = "";

    held = NULL;
    requests = gone_count = input_ends = released = 0;
    server = open_with(addresses, limits, error, sizeof error);
    if (server == NULL) {
        fail_msg("%s", error);
    }
}

static void stop(void)
{
    http_server_close(server);
    server = NULL;
}

static int connect_client(void)
{
    struct sockaddr_un file = {.sun_family = AF_UNIX};
    struct sockaddr_in port = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    const char *tcp = http_server_address(server, 1);
    int fd = socket(over_tcp ? AF_INET : AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    snprintf(file.sun_path, sizeof file.sun_path, "%s", unix_address + strlen("unix://"));
    port.sin_port = htons((uint16_t)strtoul(strrchr(tcp, ':') + 1, NULL, 10));
    assert_int_equal(over_tcp ? connect(fd, (struct sockaddr *)&port, sizeof port)
                              : connect(fd, (struct sockaddr *)&file, sizeof file),
                     0);
    assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    return fd;
}

static void send_bytes(int fd, const char *bytes, size_t length)
{
    for (int round = 0; length > 0 && round < ROUNDS; round++) {
        ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL);

        if (sent < 0) {
            assert_int_equal(errno, EAGAIN);
            http_server_poll(server, 1);
            continue;
        }
        bytes += sent;
        length -= (size_t)sent;
    }
    assert_int_equal(length, 0);
}

static void send_text(int fd, const char *text)
{
    send_bytes(fd, text, strlen(text));
}

static void settle(void)
{
    for (int round = 0; round < 20; round++) {
        http_server_poll(server, 0);
    }
}

/* Polls until `received` holds `text`; with NULL, until the server closes. */
static void expect(int fd, const char *text)
{
    received_length = 0;
    received[0] = '\0';
    for (int round = 0; round < ROUNDS; round++) {
        ssize_t length;

        http_server_poll(server, 1);
        while ((length = recv(fd, received + received_length, sizeof received - received_length - 1, 0)) > 0) {
            received_length += (size_t)length;
            received[received_length] = '\0';
        }
        if (text != NULL && memmem(received, received_length, text, strlen(text)) != NULL) {
            return;
        }
        if (length == 0 || errno == ECONNRESET) {
            if (text == NULL) {
                return;
            }
            break;
        }
    }
    fail_msg("expected %s, got %.300s", text == NULL ? "the end" : text, received);
}

/* Polls until a counter has a value. */
static void wait_for(const unsigned *counter, unsigned value)
{
    for (int round = 0; round < ROUNDS && *counter != value; round++) {
        http_server_poll(server, 1);
    }
    assert_int_equal(*counter, value);
}

static int ask(const char *text)
{
    int fd = connect_client();

    send_text(fd, text);
    return fd;
}

static void assert_serves(void)
{
    int fd = ask("GET /echo?a=%2F HTTP/1.1\r\nHost: x\r\n\r\n");

    expect(fd, "GET /echo?a=%2F - ");
    close(fd);
}

/* ---- answers ---- */

static void test_answers(void **state)
{
    (void)state;
    start(NULL);
    int fd = ask("POST /echo HTTP/1.1\r\nHost: x\r\nX-Test: yes\r\nContent-Length: 5\r\n\r\nhello");

    expect(fd, "POST /echo yes hello");
    assert_non_null(strstr(received, "HTTP/1.1 200 OK\r\n"));
    assert_non_null(strstr(received, "Api-Version: 1.41\r\n"));
    /* the same connection again, in chunks, byte by byte */
    const char *chunks =
        "PUT /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n";

    for (const char *byte = chunks; *byte != '\0'; byte++) {
        send_bytes(fd, byte, 1);
        http_server_poll(server, 0);
    }
    expect(fd, "PUT /echo - abcde");
    send_text(fd, "HEAD /echo HTTP/1.1\r\nHost: x\r\n\r\nGET /none HTTP/1.1\r\nHost: x\r\n\r\n");
    expect(fd, "HTTP/1.1 204 No Content\r\n");
    assert_non_null(strstr(received, "Content-Length: 13\r\n"));
    assert_null(strstr(received, "HEAD /echo"));
    send_text(fd, "GET /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    expect(fd, NULL);
    assert_non_null(strstr(received, "Connection: close\r\n"));
    close(fd);
    fd = ask("GET /echo HTTP/1.0\r\n\r\n");
    expect(fd, NULL);
    assert_memory_equal(received, "HTTP/1.0 200 OK\r\n", strlen("HTTP/1.0 200 OK\r\n"));
    assert_non_null(strstr(received, "GET /echo"));
    close(fd);
    assert_int_equal(gone_count, 0);
    stop();
}

static void test_kept_body(void **state)
{
    (void)state;
    start(NULL);
    memset(big, 'b', sizeof big);
    int fd = ask("GET /kept HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

    expect(fd, NULL);
    assert_true(received_length > sizeof big);
    assert_int_equal(received[received_length - 1], 'b');
    assert_int_equal(released, 1);
    close(fd);
    fd = ask("GET /kept HTTP/1.1\r\nHost: x\r\n\r\n");
    settle();
    close(fd); /* in the middle of it */
    wait_for(&released, 2);
    assert_int_equal(gone_count, 0);
    stop();
}

static void test_later_answer(void **state)
{
    (void)state;
    start(NULL);
    int fd = ask("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");

    wait_for(&requests, 1);
    assert_ptr_equal(http_exchange_data(held), &requests);
    assert_serves();
    assert_int_equal(recv(fd, received, 1, 0), -1);
    http_exchange_answer(held, 500, plain, "late", 4);
    expect(fd, "late");
    assert_non_null(strstr(received, "HTTP/1.1 500 Internal Server Error\r\n"));
    send_text(fd, "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n");
    expect(fd, "GET /echo");
    assert_int_equal(gone_count, 0);
    close(fd);
    stop();
}

static void test_pipelined(void **state)
{
    (void)state;
    start(NULL);
    int fd = ask("GET /later HTTP/1.1\r\nHost: x\r\n\r\nGET /two HTTP/1.1\r\nHost: x\r\n\r\n"
                 "POST /three HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nokGET /four HTTP/1.1\r\nHost: x\r\n\r\n");

    wait_for(&requests, 1);
    settle();
    assert_int_equal(requests, 1);
    http_exchange_answer(held, 200, plain, "one", 3);
    expect(fd, "GET /four");
    const char *one = strstr(received, "one");
    const char *two = strstr(received, "GET /two");
    const char *three = strstr(received, "POST /three - ok");

    assert_non_null(one);
    assert_true(one < two && two < three);
    close(fd);
    stop();
}

static void test_stream(void **state)
{
    (void)state;
    start(NULL);
    int fd = ask("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");

    expect(fd, "Transfer-Encoding: chunked\r\n\r\n"); /* before there is anything to say */
    assert_true(http_exchange_write(held, "first", 5));
    expect(fd, "5\r\nfirst\r\n");
    assert_true(http_exchange_write(held, "second", 6));
    assert_true(http_exchange_write(held, "third", 5));
    http_exchange_end(held);
    expect(fd, "0\r\n\r\n");
    assert_non_null(strstr(received, "secondthird"));
    assert_int_equal(gone_count, 0);
    send_text(fd, "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n");
    expect(fd, "GET /echo");
    close(fd);
    fd = ask("GET /stream HTTP/1.0\r\n\r\n");
    wait_for(&requests, 3);
    http_exchange_write(held, "bare", 4);
    http_exchange_end(held);
    expect(fd, NULL);
    assert_non_null(strstr(received, "\r\n\r\nbare"));
    close(fd);
    stop();
}

/* ---- clients that leave ---- */

/* A client that says it has no more requests still gets the answers to what it has sent, and the end. */
static void test_half_closed(void **state)
{
    (void)state;
    start(NULL);
    int fd = ask("GET /one HTTP/1.1\r\nHost: x\r\n\r\nGET /two HTTP/1.1\r\nHost: x\r\n\r\n");

    shutdown(fd, SHUT_WR);
    expect(fd, NULL);
    assert_non_null(strstr(received, "GET /one"));
    assert_non_null(strstr(received, "GET /two"));
    close(fd);
    fd = ask("GET /echo HTTP/1.1\r\nHost: x\r\n\r\n");
    expect(fd, "GET /echo");
    send_text(fd, "GET /kept HTTP/1.1\r\nHost: x\r\n\r\n");
    shutdown(fd, SHUT_WR);
    expect(fd, NULL);
    assert_true(received_length > sizeof big);
    close(fd);
    fd = ask("POST /upgrade HTTP/1.1\r\nHost: x\r\nUpgrade: tcp\r\n\r\n");
    shutdown(fd, SHUT_WR);
    wait_for(&input_ends, 1);
    http_exchange_write(held, "output", 6);
    http_exchange_end(held);
    expect(fd, NULL);
    assert_non_null(strstr(received, "\r\n\r\noutput"));
    close(fd);
    assert_int_equal(gone_count, 0);
    stop();
}

static void test_gone(void **state)
{
    static const char *const targets[] = {"/later", "/stream", "/upgrade"};

    (void)state;
    start(NULL);
    for (unsigned i = 0; i < 3; i++) {
        char request[64];

        snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", targets[i]);
        int fd = ask(request);

        wait_for(&requests, i + 1);
        settle();
        assert_int_equal(gone_count, i);
        if (i == 2) {
            /* over TCP a raw client's going is a half-close until something is written */
            const struct linger reset = {.l_onoff = 1};

            setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        }
        close(fd);
        wait_for(&gone_count, i + 1);
    }
    assert_serves();
    /* a client that leaves, and an answer that is given before that is told */
    int fd = ask("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");

    wait_for(&requests, 5);
    close(fd);
    http_exchange_answer(held, 200, NULL, "x", 1);
    settle();
    assert_int_equal(gone_count, 3);
    stop();
}

static void test_closing_tells(void **state)
{
    static const char *const targets[] = {"/later", "/stream", "/upgrade"};
    int fds[3];

    (void)state;
    start(NULL);
    for (unsigned i = 0; i < 3; i++) {
        char request[64];

        snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", targets[i]);
        fds[i] = ask(request);
        wait_for(&requests, i + 1);
    }
    stop();
    assert_int_equal(gone_count, 3);
    for (unsigned i = 0; i < 3; i++) {
        close(fds[i]);
    }
    struct stat status;

    assert_int_equal(stat(unix_address + strlen("unix://"), &status), -1);
}

static void test_drop(void **state)
{
    (void)state;
    start(NULL);
    int fd = ask("GET /drop HTTP/1.1\r\nHost: x\r\n\r\n");

    expect(fd, NULL);
    assert_int_equal(received_length, 0);
    close(fd);
    fd = ask("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
    wait_for(&requests, 2);
    settle();
    http_exchange_drop(held);
    expect(fd, NULL);
    assert_int_equal(received_length, 0);
    close(fd);
    fd = ask("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
    wait_for(&requests, 3);
    http_exchange_write(held, "half", 4);
    settle();
    http_exchange_drop(held);
    expect(fd, NULL);
    assert_null(strstr(received, "0\r\n\r\n"));
    close(fd);
    assert_int_equal(gone_count, 0);
    stop();
}

/* ---- upgraded connections ---- */

static void test_upgrade(void **state)
{
    (void)state;
    start(NULL);
    int fd =
        ask("POST /upgrade HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n{}");

    expect(fd, "\r\n\r\n");
    assert_string_equal(received, "HTTP/1.1 101 UPGRADED\r\nContent-Type: text/plain\r\nApi-Version: 1.41\r\n"
                                  "Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n");
    assert_true(http_exchange_write(held, "prompt", 6));
    expect(fd, "prompt");
    send_text(fd, "line\n");
    expect(fd, "line\n");
    assert_string_equal(input_seen, "line\n");
    /* the client's half-close leaves the other half open */
    shutdown(fd, SHUT_WR);
    wait_for(&input_ends, 1);
    assert_int_equal(gone_count, 0);
    assert_true(http_exchange_write(held, "still", 5));
    expect(fd, "still");
    http_exchange_end(held);
    expect(fd, NULL);
    close(fd);
    assert_int_equal(gone_count, 0);
    /* the server's half-close first: what the client still says is nobody's */
    fd = ask("POST /upgrade HTTP/1.1\r\nHost: x\r\n\r\n");
    expect(fd, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nApi-Version: 1.41\r\n\r\n");
    http_exchange_write(held, "bye", 3);
    http_exchange_end(held);
    expect(fd, NULL);
    assert_string_equal(received, "bye");
    send_text(fd, "more");
    settle();
    close(fd);
    settle();
    assert_int_equal(gone_count, 0);
    assert_int_equal(input_ends, 1);
    assert_serves();
    stop();
}

/* What is written at once comes after the head, when that was taken, and not with it. */
static void test_upgrade_head_comes_alone(void **state)
{
    enum { LOOKS = 5 };
    int unread = 0;

    (void)state;
    start(NULL);
    int fd = ask("POST /upgrade HTTP/1.1\r\nHost: x\r\nUpgrade: tcp\r\n\r\n");

    while (ioctl(fd, FIONREAD, &unread) == 0 && unread == 0) {
        http_server_poll(server, 1);
    }
    assert_true(http_exchange_write(held, "prompt", 6));
    for (int i = 0; i < LOOKS; i++) {
        int now_unread = 0;

        assert_int_equal(ioctl(fd, FIONREAD, &now_unread), 0);
        assert_int_equal(now_unread, unread);
        http_server_poll(server, 0);
    }
    expect(fd, "\r\n\r\n");
    assert_null(strstr(received, "prompt"));
    expect(fd, "prompt");
    /* Who never reads its head is given what follows all the same, in time. */
    http_exchange_end(held);
    expect(fd, NULL);
    close(fd);
    fd = ask("POST /upgrade HTTP/1.1\r\nHost: x\r\nUpgrade: tcp\r\n\r\n");
    settle();
    assert_true(http_exchange_write(held, "prompt", 6));
    unread = 0;
    for (int round = 0; round < ROUNDS && ioctl(fd, FIONREAD, &unread) == 0; round++) {
        http_server_poll(server, 1);
    }
    expect(fd, "prompt");
    assert_non_null(strstr(received, "101 UPGRADED"));
    close(fd);
    stop();
}

/* A pipe of more than all buffers, both ways at once: nobody is dropped, nothing is lost. */
static void test_upgrade_flow(void **state)
{
    enum { TOTAL = 3 << 20 };
    const struct http_limits limits = {.stream_bytes = 256 << 10};
    size_t sent = 0;
    size_t back = 0;

    (void)state;
    start(&limits);
    memset(big, 'c', sizeof big);
    int fd = ask("POST /upgrade HTTP/1.1\r\nHost: x\r\nUpgrade: tcp\r\n\r\n");

    expect(fd, "\r\n\r\n");
    for (int round = 0; round < ROUNDS && back < TOTAL; round++) {
        ssize_t length =
            sent < TOTAL ? send(fd, big, sizeof big < TOTAL - sent ? sizeof big : TOTAL - sent, MSG_NOSIGNAL) : 0;

        sent += length > 0 ? (size_t)length : 0;
        http_server_poll(server, 1);
        length = round % 8 == 0 ? recv(fd, received, sizeof received, 0) : 0; /* a slow reader */
        back += length > 0 ? (size_t)length : 0;
    }
    assert_int_equal(back, TOTAL);
    assert_int_equal(gone_count, 0);
    close(fd);
    stop();
}

/* ---- limits ---- */

static void test_slow_readers_are_dropped(void **state)
{
    static const char *const targets[] = {"/stream", "/upgrade"};
    const struct http_limits limits = {.stream_bytes = 1 << 20};

    (void)state;
    start(&limits);
    for (unsigned i = 0; i < 2; i++) {
        char request[64];
        bool taken = true;

        snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", targets[i]);
        int fd = ask(request);

        wait_for(&requests, 2 * i + 1);
        for (int round = 0; round < 64 && taken; round++) {
            taken = http_exchange_write(held, big, 512 << 10);
            assert_true(http_exchange_pending(held) < 3 << 20);
            http_server_poll(server, 0);
        }
        assert_false(taken);
        wait_for(&gone_count, i + 1);
        assert_serves();
        close(fd);
    }
    stop();
}

static void test_bodies_are_limited(void **state)
{
    const struct http_limits limits = {.body_bytes = 1000};
    char chunk[600];

    (void)state;
    start(&limits);
    int fd = ask("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n");

    expect(fd, NULL);
    assert_non_null(strstr(received, "HTTP/1.1 413 "));
    close(fd);
    memset(chunk, 'x', sizeof chunk);
    fd = ask("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n258\r\n");
    send_bytes(fd, chunk, sizeof chunk);
    send_text(fd, "\r\n258\r\n");
    send_bytes(fd, chunk, sizeof chunk);
    send_text(fd, "\r\n0\r\n\r\n");
    expect(fd, NULL);
    assert_non_null(strstr(received, "HTTP/1.1 413 Request Entity Too Large\r\n"));
    close(fd);
    assert_int_equal(requests, 0);
    /* five bodies of 900 bytes that never end: more than 4,000 together */
    int fds[5];

    for (int i = 0; i < 5; i++) {
        fds[i] = ask("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n");
        send_bytes(fds[i], chunk, 450);
        settle();
        send_bytes(fds[i], chunk, 450);
        settle();
    }
    expect(fds[0], NULL);
    send_bytes(fds[4], chunk, 100);
    expect(fds[4], "HTTP/1.1 200 OK");
    for (int i = 0; i < 5; i++) {
        close(fds[i]);
    }
    stop();
}

static void test_idle_time_out(void **state)
{
    const struct http_limits limits = {.idle_timeout_ms = 40};

    (void)state;
    start(&limits);
    int silent = connect_client();
    int loris = ask("GET /echo HTTP/1.1\r\nHost:");
    int waits = ask("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");

    wait_for(&requests, 1);
    expect(silent, NULL);
    expect(loris, NULL);
    http_exchange_answer(held, 200, NULL, "in time", 7);
    expect(waits, "in time");
    expect(waits, NULL); /* kept alive for so long, and no longer */
    close(silent);
    close(loris);
    close(waits);
    stop();
}

static void test_the_longest_idle_makes_room(void **state)
{
    const struct http_limits limits = {.connections = 8};
    int fds[24];

    (void)state;
    start(&limits);
    int busy = ask("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");

    wait_for(&requests, 1);
    for (int i = 0; i < 24; i++) { /* silent, half a head, kept alive */
        fds[i] = i % 3 == 0 ? connect_client() : ask(i % 3 == 1 ? "GET /" : "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n");
        settle();
    }
    for (int i = 0; i < 12; i++) {
        expect(fds[i], NULL);
    }
    assert_serves();
    http_exchange_answer(held, 200, NULL, "kept", 4);
    expect(busy, "kept");
    for (int i = 0; i < 24; i++) {
        close(fds[i]);
    }
    close(busy);
    /* when all have their requests with the handler, a new one is refused */
    for (int i = 0; i < 8; i++) {
        fds[i] = ask("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
        settle();
    }
    fds[8] = connect_client();
    expect(fds[8], NULL);
    assert_non_null(strstr(received, "HTTP/1.1 503 "));
    for (int i = 0; i < 9; i++) {
        close(fds[i]);
    }
    wait_for(&gone_count, 8);
    assert_serves();
    stop();
}

static void test_idle_crowd(void **state)
{
    static int fds[IDLE_CLIENTS];

    (void)state;
    start(NULL);
    for (int i = 0; i < IDLE_CLIENTS; i++) {
        fds[i] = i % 2 == 0 ? connect_client() : ask("GET /_ping HTTP/1.1\r\nHo");
        http_server_poll(server, 0);
    }
    assert_serves();
    send_text(fds[1], "st: x\r\n\r\n");
    expect(fds[1], "GET /_ping");
    for (int i = 0; i < IDLE_CLIENTS; i++) {
        close(fds[i]);
    }
    settle();
    assert_serves();
    stop();
}

/* ---- garbage ---- */

struct garbage {
    const char *text;
    const char *status; /* of the answer; NULL: none */
    bool shut;          /* the client shuts its side down: truncated */
};

static const struct garbage garbage[] = {
    {"GARBAGE\r\n\r\n", "400 Bad Request", false},
    {"\r\n\r\n", "400 Bad Request", false},
    {"GET /echo\r\n\r\n", "400 Bad Request", false},
    {"GET /a b HTTP/1.1\r\nHost: x\r\n\r\n", "400 Bad Request", false},
    {"GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n", "400 Bad Request", false},
    {"GET echo HTTP/1.1\r\nHost: x\r\n\r\n", "400 Bad Request", false},
    {"GET /echo HTTP/1.x\r\nHost: x\r\n\r\n", "400 Bad Request", false},
    {"GET /echo HTTP/2.0\r\nHost: x\r\n\r\n", "505 HTTP Version Not Supported: unsupported protocol version", false},
    {"G\"T /echo HTTP/1.1\r\nHost: x\r\n\r\n", "400 Bad Request", false},
    {"GET /echo HTTP/1.1\r\n\r\n", "400 Bad Request: missing required Host header", false},
    {"GET /echo HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", "400 Bad Request", false},
    {"GET /echo HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n", "400 Bad Request", false},
    {"GET /echo HTTP/1.1\r\n folded: x\r\nHost: x\r\n\r\n", "400 Bad Request", false},
    {"GET /echo HTTP/1.1\r\nHost: x\r\nb@d: x\r\n\r\n", "400 Bad Request: invalid header name", false},
    {"GET /echo HTTP/1.1\r\nHost: x\r\nx: \001\r\n\r\n", "400 Bad Request: invalid header value", false},
    {"GET /echo HTTP/1.1\r\nHost: x\r\nContent-Length: abc\r\n\r\n", "400 Bad Request", false},
    {"GET /echo HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", "400 Bad Request", false},
    {"GET /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", "501 Not Implemented", false},
    {"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\n", "400 Bad Request", false},
    {"GET /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n", "400 Bad Request", false},
    {"GET /echo HTTP/1.1\r\nHost: a b\r\n\r\n", "400 Bad Request: malformed Host header", false},
    {"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "400 Bad Request", false},
    {"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcdef\r\n", "400 Bad Request", false},
    {"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n", "413 ", false},
    {"GET /ec", "400 Bad Request", true},
    {"GET /echo HTTP/1.1\r\nHos", "400 Bad Request", true},
    {"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf", NULL, true},
    {"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf", NULL, true},
    {"", NULL, true},
};

/* As the first request of a connection, and after another one. */
static void test_garbage(void **state)
{
    (void)state;
    start(NULL);
    for (size_t i = 0; i < sizeof garbage / sizeof garbage[0]; i++) {
        const struct garbage *g = &garbage[i];
        char line[128];
        int fd = ask(g->text);

        if (g->shut) {
            shutdown(fd, SHUT_WR);
        }
        expect(fd, NULL);
        snprintf(line, sizeof line, "HTTP/1.1 %s", g->status == NULL ? "" : g->status);
        if (g->status == NULL ? received_length != 0 : strstr(received, line) != received) {
            fail_msg("%s: %s", g->text, received);
        }
        close(fd);
        fd = ask("GET /first HTTP/1.1\r\nHost: x\r\n\r\n");
        expect(fd, "GET /first");
        send_text(fd, g->text);
        shutdown(fd, SHUT_WR);
        expect(fd, NULL);
        close(fd);
        assert_serves();
    }
    stop();
}

static void test_endless_head(void **state)
{
    static const char *const starts[] = {"GET /", "GET / HTTP/1.1\r\nHost: x\r\nX: ",
                                         "GET /first HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\nX: "};

    (void)state;
    start(NULL);
    memset(big, 'h', sizeof big);
    for (size_t i = 0; i < 3; i++) {
        int fd = ask(starts[i]);
        ssize_t sent;
        size_t total = 0;

        /* until the server has had enough */
        for (int round = 0; round < ROUNDS; round++) {
            sent = send(fd, big, sizeof big, MSG_NOSIGNAL);
            if (sent < 0 && errno != EAGAIN) {
                break;
            }
            total += sent > 0 ? (size_t)sent : 0;
            http_server_poll(server, 1);
        }
        assert_true(errno == EPIPE || errno == ECONNRESET);
        assert_true(total < 16 << 20);
        close(fd);
    }
    /* one that is just too long, from a client that listens */
    int fd = ask("GET / HTTP/1.1\r\nHost: x\r\nX: ");

    send_bytes(fd, big, 40000);
    send_text(fd, "\r\n\r\n");
    expect(fd, NULL);
    assert_non_null(strstr(received, "HTTP/1.1 431 Request Header Fields Too Large\r\n"));
    close(fd);
    fd = ask("GET /echo HTTP/1.1\r\nHost: x\r\nX: ");
    send_bytes(fd, big, 30000);
    send_text(fd, "\r\n\r\n");
    expect(fd, "GET /echo");
    close(fd);
    stop();
}

/* libmicrohttpd takes any target in later requests; an answer must not put a control character into its head. */
static void test_targets_of_later_requests(void **state)
{
    static const char *const bad[] = {"/a\x11", "/a\x7f", "/%4", "a"};

    (void)state;
    start(NULL);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char text[64];
        int fd = ask("GET /echo HTTP/1.1\r\nHost: x\r\n\r\n");

        expect(fd, "GET /echo");
        assert_in_range(snprintf(text, sizeof text, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", bad[i]), 1, sizeof text - 1);
        send_text(fd, text);
        expect(fd, NULL); /* and the connection closes */
        assert_memory_equal(received, "HTTP/1.1 400 Bad Request\r\n", strlen("HTTP/1.1 400 Bad Request\r\n"));
        assert_non_null(strstr(received, "Content-Type: text/plain; charset=utf-8\r\n"));
        assert_non_null(strstr(received, "\r\n\r\n400 Bad Request"));
        close(fd);
    }
    assert_serves();
    stop();
}

/* Requests with bytes changed, left out and put in, each in two pieces, on connections that are left in any state. */
static void test_mutated_requests(void **state)
{
    static const char seed[] =
        "POST /echo?a=b%20c HTTP/1.1\r\nHost: x\r\nX-Test: y\r\nContent-Length: 5\r\n\r\nhello"
        "PUT /later HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
        "GET /stream HTTP/1.0\r\nConnection: keep-alive\r\nCookie: a=\"b;c\"\r\n\r\n";
    static const char bytes[] = "\r\n\0 :;%?=\"\xff\x01Az09-";
    enum { TURNS = 1500, OPEN = 16 };
    int fds[OPEN];
    uint32_t random = 1;

    (void)state;
    start(NULL);
    memset(fds, -1, sizeof fds);
    for (int turn = 0; turn < TURNS; turn++) {
        char text[sizeof seed + 64];
        size_t length = sizeof seed - 1;
        int *fd = &fds[turn % OPEN];

        memcpy(text, seed, length);
        for (int change = 0; change < 1 + turn % 3; change++) {
            random = random * 1664525 + 1013904223;
            size_t at = (random >> 8) % length;

            if (random >> 31 != 0) {
                text[at] = bytes[(random >> 4) % sizeof bytes];
            } else if ((random >> 30 & 1) != 0) {
                memmove(text + at, text + at + 1, length - at - 1);
                length--;
            } else {
                memmove(text + at + 1, text + at, length - at);
                length++;
            }
        }
        if (*fd >= 0) {
            close(*fd);
        }
        *fd = connect_client();
        (void)send(*fd, text, length / 2, MSG_NOSIGNAL);
        http_server_poll(server, 0);
        (void)send(*fd, text + length / 2, length - length / 2, MSG_NOSIGNAL);
        http_server_poll(server, 0);
        if (turn % 4 == 0) {
            shutdown(*fd, SHUT_WR);
        }
        if (held != NULL && turn % 2 == 0) {
            struct http_exchange *exchange = held;

            held = NULL;
            http_exchange_drop(exchange);
        }
    }
    for (int i = 0; i < OPEN; i++) {
        close(fds[i]);
    }
    assert_true(requests > TURNS / 2);
    assert_serves();
    stop();
}

/* ---- addresses ---- */

static void assert_refuses(const char *address, const char *why)
{
    const char *addresses[] = {address, NULL};
    char error[256] = "";

    assert_null(open_with(addresses, NULL, error, sizeof error));
    if (strstr(error, why) == NULL) {
        fail_msg("%s: %s", address, error);
    }
}

static void test_addresses(void **state)
{
    struct stat status;
    const char *path = unix_address + strlen("unix://");

    (void)state;
    start(NULL);
    assert_string_equal(http_server_address(server, 0), unix_address);
    assert_memory_equal(http_server_address(server, 1), "tcp://127.0.0.1:", 16);
    assert_int_not_equal(strtol(http_server_address(server, 1) + 16, NULL, 10), 0);
    assert_null(http_server_address(server, 2));
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    assert_refuses(unix_address, "somebody listens there");
    assert_refuses(http_server_address(server, 1), "already in use");
    stop();
    assert_int_equal(stat(path, &status), -1);

    /* a stale socket file is replaced, another file is not */
    struct sockaddr_un file = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    snprintf(file.sun_path, sizeof file.sun_path, "%s", path);
    assert_int_equal(bind(fd, (struct sockaddr *)&file, sizeof file), 0);
    close(fd);
    start(NULL);
    assert_serves();
    stop();
    fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    close(fd);
    assert_refuses(unix_address, "not a socket");
    unlink(path);

    assert_refuses("tcp://0.0.0.0:0", "not loopback");
    assert_refuses("tcp://:0", "not loopback");
    assert_refuses("tcp://[::]:0", "not loopback");
    assert_refuses("tcp://example.org:80", "");
    assert_refuses("tcp://127.0.0.1", "HOST:PORT");
    assert_refuses("http://127.0.0.1:80", "must begin");
    assert_refuses("unix://relative", "absolute");

    const char *anywhere[] = {"tcp://0.0.0.0:0", "tcp://localhost:0", NULL};
    char error[256];
    struct http_server_options options = {
        .addresses = anywhere, .listen_anywhere = true, .handlers = {.request = on_request}, .context = &requests};

    server = http_server_open(&options, error, sizeof error);
    assert_non_null(server);
    stop();
}

static void on_alarm(int signal)
{
    (void)signal;
}

static void test_a_signal_ends_the_wait(void **state)
{
    const struct sigaction action = {.sa_handler = on_alarm};
    const struct itimerval soon = {.it_value = {.tv_usec = 10000}};

    (void)state;
    start(NULL);
    settle();
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &soon, NULL);
    assert_false(http_server_poll(server, -1));
    assert_serves();
    stop();
}

static int set_up(void **state)
{
    (void)state;
    if (mkdtemp(directory) == NULL) {
        return -1;
    }
    snprintf(unix_address, sizeof unix_address, "unix://%s/docker.sock", directory);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    return rmdir(directory);
}

static int use_unix(void **state)
{
    (void)state;
    over_tcp = false;
    return 0;
}

static int use_tcp(void **state)
{
    (void)state;
    over_tcp = true;
    return 0;
}

/* What a test that failed has left open. */
static int close_server(void **state)
{
    (void)state;
    stop();
    return 0;
}

#define BOTH(test)                                                                                                     \
    {#test " unix", test, use_unix, close_server, NULL},                                                               \
    {                                                                                                                  \
#test " tcp", test, use_tcp, close_server, NULL                                                                \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(test_answers),
        BOTH(test_kept_body),
        BOTH(test_later_answer),
        BOTH(test_pipelined),
        BOTH(test_stream),
        BOTH(test_half_closed),
        BOTH(test_gone),
        BOTH(test_closing_tells),
        BOTH(test_drop),
        BOTH(test_upgrade),
        BOTH(test_upgrade_head_comes_alone),
        BOTH(test_upgrade_flow),
        BOTH(test_slow_readers_are_dropped),
        BOTH(test_bodies_are_limited),
        BOTH(test_idle_time_out),
        BOTH(test_the_longest_idle_makes_room),
        BOTH(test_idle_crowd),
        BOTH(test_garbage),
        BOTH(test_endless_head),
        BOTH(test_targets_of_later_requests),
        BOTH(test_mutated_requests),
        BOTH(test_addresses),
        BOTH(test_a_signal_ends_the_wait),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
