#include "sim/tests/oom/client.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ANSWER_LIMIT_MS = 5 * 1000, TEXT_MAX = 2048 };

static bool has_ended(pid_t process)
{
    siginfo_t info = {.si_pid = 0};

    return waitid(P_PID, (id_t)process, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid != 0;
}

/* −1: nobody listens, or nobody did in time. */
static int connect_to(pid_t server, const char *folder, bool *late)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    snprintf(address.sun_path, sizeof address.sun_path, "%s/sock", folder);
    for (int waited = 0; waited < ANSWER_LIMIT_MS && !has_ended(server); waited++) {
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

        if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0) {
            return fd;
        }
        close(fd);
        (void)poll(NULL, 0, 1);
    }
    *late = !has_ended(server);
    return -1;
}

/* Reads up to the end; on an upgraded connection something is said to the container's process, which ends with the
 * last word. false: it did not answer, and did not hang up. *good: what came is an answer, and no error. */
static bool read_answer(int fd, bool upgrades, bool *good)
{
    enum { STATUS_AT = sizeof "HTTP/1.1 " - 1 };
    static const char words[] = "hello\n";
    struct pollfd readable = {.fd = fd, .events = POLLIN};
    char bytes[4096];
    bool begun = false;

    *good = false;
    while (poll(&readable, 1, ANSWER_LIMIT_MS) == 1) {
        ssize_t length = recv(fd, bytes, sizeof bytes, 0);

        if (length <= 0) {
            return true;
        }
        if (!begun) {
            begun = true;
            *good = length > STATUS_AT && bytes[STATUS_AT] < '4';
            if (upgrades) {
                (void)send(fd, words, sizeof words - 1, MSG_NOSIGNAL);
                shutdown(fd, SHUT_WR);
            }
        }
    }
    return false;
}

bool client_ask(pid_t server, const char *folder, const char *requests, const char **unmeant)
{
    *unmeant = NULL;
    while (*requests != '\0') {
        const char *end = strchrnul(requests, '\n');
        const bool refused = *requests == '!';
        char method[16] = "", target[512] = "", body[512] = "", text[TEXT_MAX];
        bool late = false, good = false;
        int fd = connect_to(server, folder, &late);

        if (fd < 0) {
            return !late;
        }
        (void)sscanf(requests + refused, "%15s %511s%*[ ]%511[^\n]", method, target, body);
        bool upgrades = strcmp(method, "UPGRADE") == 0;
        int length = snprintf(text, sizeof text,
                              "%s %s HTTP/1.1\r\nHost: docker\r\nConnection: %s\r\nContent-Type: "
                              "application/json\r\nContent-Length: %zu\r\n\r\n%s",
                              upgrades ? "POST" : method, target, upgrades ? "Upgrade\r\nUpgrade: tcp" : "close",
                              strlen(body), body);

        (void)send(fd, text, (size_t)length, MSG_NOSIGNAL);
        bool answered = read_answer(fd, upgrades, &good);

        close(fd);
        if (!answered) {
            return false;
        }
        if (good == refused && *unmeant == NULL) {
            *unmeant = requests;
        }
        requests = *end == '\0' ? end : end + 1;
    }
    return true;
}
