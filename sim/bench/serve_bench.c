/* How fast a Docker Engine answers, asked with libcurl over its unix socket. Prints tab-separated lines for
 * sim/bench/serve.sh:
 *
 *   serve_bench rate SOCKET [PEER]   20 containers on each, half of them running; each is asked for all, in turns
 *     list <containers> <bytes of the list> [<bytes of the peer's>]
 *     rate <connections> <requests per second> <p50, us> <p99, us> [the peer's three]
 *   serve_bench many SOCKET PID      10,000 containers on an Engine that is process PID
 *     create <containers> <per second>
 *     ms <which list> <of how many the median> <ms>
 *     memory <when> <bytes of resident memory per container>
 *
 * Exit status 1 when an Engine does not answer as it should. */
#include <curl/curl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { FEW = 20, MANY = 10000 };
enum { ENGINES_MAX = 2, ROUNDS = 10, REQUESTS = 300, CONNECTIONS = 8, LISTS = 20 };
enum { TEXT_SIZE = 4096, PATH_SIZE = 256, STATUS_OK = 200, STATUS_CREATED = 201, STATUS_NO_CONTENT = 204 };
enum { PERCENT = 100, MEDIAN = 50, NEARLY_ALL = 99, KIB = 1024 };

#define LIST_PATH "/containers/json?all=1"
#define NETWORK "fluxDockerNetwork_bench"

struct bytes {
    char *at;
    size_t length, size;
};

struct samples {
    double *us;
    size_t count;
    double seconds; /* of the wall, all in all */
};

struct engine {
    const char *socket;
    CURL *curl;                     /* what is not measured, and one connection */
    CURLM *multi;                   /* several connections */
    CURL *connections[CONNECTIONS]; /* each of which stays open */
    struct curl_slist *headers;
    struct bytes answer; /* the last to curl */
    struct samples samples;
};

static void fail(const char *what, const char *why)
{
    (void)fprintf(stderr, "serve_bench: %s: %s\n", what, why);
    exit(1);
}

static double now_us(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static int ascending(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

/* Sorts the samples. */
static double percentile(struct samples *samples, size_t percent)
{
    qsort(samples->us, samples->count, sizeof *samples->us, ascending);
    return samples->us[(samples->count - 1) * percent / PERCENT];
}

/* ---- asking
 * -------------------------------------------------------------------------------------------------------------------
 */

static size_t take(char *text, size_t one, size_t count, void *user)
{
    struct bytes *bytes = user;
    size_t length = one * count;

    if (bytes->length + length >= bytes->size) {
        bytes->size = 2 * (bytes->length + length) + 1;
        bytes->at = realloc(bytes->at, bytes->size);
        if (bytes->at == NULL) {
            abort();
        }
    }
    memcpy(bytes->at + bytes->length, text, length);
    bytes->length += length;
    bytes->at[bytes->length] = '\0';
    return length;
}

static size_t drop(char *text, size_t one, size_t count, void *user)
{
    (void)text;
    (void)user;
    return one * count;
}

static CURL *connection_to(const struct engine *engine, const char *path)
{
    CURL *curl = curl_easy_init();
    char url[PATH_SIZE];

    if (curl == NULL) {
        abort();
    }
    (void)snprintf(url, sizeof url, "http://docker/v1.41%s", path);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, engine->socket);
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, drop);
    return curl;
}

static void open_engine(struct engine *engine, const char *socket, size_t samples)
{
    engine->socket = socket;
    engine->curl = connection_to(engine, "");
    curl_easy_setopt(engine->curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(engine->curl, CURLOPT_WRITEDATA, &engine->answer);
    engine->multi = curl_multi_init();
    for (size_t i = 0; i < CONNECTIONS; i++) {
        engine->connections[i] = connection_to(engine, LIST_PATH);
    }
    engine->headers = curl_slist_append(NULL, "Content-Type: application/json");
    engine->samples.us = malloc(samples * sizeof *engine->samples.us);
    if (engine->samples.us == NULL) {
        abort();
    }
}

static void close_engine(struct engine *engine)
{
    for (size_t i = 0; i < CONNECTIONS; i++) {
        curl_easy_cleanup(engine->connections[i]);
    }
    curl_multi_cleanup(engine->multi);
    curl_easy_cleanup(engine->curl);
    curl_slist_free_all(engine->headers);
    free(engine->samples.us);
    free(engine->answer.at);
}

static void expect_status(const struct engine *engine, CURL *curl, CURLcode code, long expected)
{
    long status = 0;
    char *url = NULL;

    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(curl, CURLINFO_EFFECTIVE_URL, &url);
    if (code != CURLE_OK) {
        fail(url, curl_easy_strerror(code));
    }
    if (status != expected) {
        fail(url, engine->answer.at == NULL ? "another status" : engine->answer.at);
    }
}

/* POSTs a body, or GETs without one. */
static void ask(struct engine *engine, const char *path, const char *body, long expected)
{
    char url[PATH_SIZE];

    (void)snprintf(url, sizeof url, "http://docker/v1.41%s", path);
    curl_easy_setopt(engine->curl, CURLOPT_URL, url);
    curl_easy_setopt(engine->curl, CURLOPT_HTTPHEADER, body == NULL ? NULL : engine->headers);
    if (body == NULL) {
        curl_easy_setopt(engine->curl, CURLOPT_HTTPGET, 1L);
    } else {
        curl_easy_setopt(engine->curl, CURLOPT_POSTFIELDS, body);
    }
    engine->answer.length = 0;
    CURLcode code = curl_easy_perform(engine->curl);

    expect_status(engine, engine->curl, code, expected);
}

/* Where the image is not to be had otherwise, it is pulled: a scenario's registry knows every image. */
static void have_image(struct engine *engine)
{
    ask(engine, "/images/json", NULL, STATUS_OK);
    if (strstr(engine->answer.at, "\"busybox:latest\"") == NULL) {
        ask(engine, "/images/create?fromImage=busybox&tag=latest", "", STATUS_OK);
    }
}

static void ask_for_list(struct engine *engine, size_t containers)
{
    size_t found = 0;

    ask(engine, LIST_PATH, NULL, STATUS_OK);
    for (const char *at = engine->answer.at; (at = strstr(at, "{\"Id\":\"")) != NULL; at++) {
        found++;
    }
    if (found != containers) {
        fail(engine->socket, "the list does not have all containers");
    }
}

/* ---- containers as FluxOS makes them
 * -------------------------------------------------------------------------------------------------------------------
 */

static void make_container(struct engine *engine, int number, const char *host)
{
    char path[PATH_SIZE], body[TEXT_SIZE];

    (void)snprintf(path, sizeof path, "/containers/create?name=fluxweb_app%d", number);
    (void)snprintf(body, sizeof body,
                   "{\"Image\":\"busybox\",\"Hostname\":\"web\",\"Cmd\":[\"sleep\",\"1000000\"],\"AttachStdin\":true,"
                   "\"AttachStdout\":true,\"AttachStderr\":true,\"Tty\":false,\"StopSignal\":\"SIGKILL\","
                   "\"Env\":[\"NODE_ENV=production\",\"APP_NAME=app%d\",\"LOG_LEVEL=info\",\"TZ=UTC\"],"
                   "\"ExposedPorts\":{\"80/tcp\":{},\"80/udp\":{}},"
                   "\"Labels\":{\"app_name\":\"app%d\",\"host_id\":\"node1\",\"host_ip\":\"203.0.113.7\"},"
                   "\"HostConfig\":{%s,"
                   "\"RestartPolicy\":{\"Name\":\"unless-stopped\"},"
                   "\"LogConfig\":{\"Type\":\"json-file\",\"Config\":{\"max-file\":\"1\",\"max-size\":\"20m\"}},"
                   "\"ExtraHosts\":[\"fluxnode.service:169.254.43.43\"]}}",
                   number, number, host);
    ask(engine, path, body, STATUS_CREATED);
}

/* A container of its own folder and ports, on the network of its app. */
static void make_app_container(struct engine *engine, int number)
{
    enum { PORT_FIRST = 31000 };
    char host[TEXT_SIZE];

    (void)snprintf(host, sizeof host,
                   "\"NetworkMode\":\"" NETWORK "\",\"NanoCPUs\":500000000,\"Memory\":524288000,"
                   "\"MemorySwap\":2621440000,\"Ulimits\":[{\"Name\":\"nofile\",\"Soft\":100000,\"Hard\":100000}],"
                   "\"Binds\":[\"/home/flux/apps/fluxweb_app%d/appdata:/data:rw\"],"
                   "\"PortBindings\":{\"80/tcp\":[{\"HostPort\":\"%d\"}],\"80/udp\":[{\"HostPort\":\"%d\"}]}",
                   number, PORT_FIRST + number, PORT_FIRST + number);
    make_container(engine, number, host);
}

static void make_few(struct engine *engine)
{
    char path[PATH_SIZE];

    have_image(engine);
    for (int i = 0; i < FEW; i++) {
        make_container(engine, i, "\"NetworkMode\":\"none\"");
        if (i % 2 == 0) {
            (void)snprintf(path, sizeof path, "/containers/fluxweb_app%d/start", i);
            ask(engine, path, "", STATUS_NO_CONTENT);
        }
    }
    ask_for_list(engine, FEW);
}

/* ---- requests per second
 * -------------------------------------------------------------------------------------------------------------------
 */

static void round_on_one(struct engine *engine)
{
    CURL *curl = engine->connections[0];

    for (int i = 0; i < REQUESTS; i++) {
        double start = now_us();
        CURLcode code = curl_easy_perform(curl);

        engine->samples.us[engine->samples.count++] = now_us() - start;
        expect_status(engine, curl, code, STATUS_OK);
    }
}

/* The requests that are done, each of which makes way for the next. How many are begun is returned. */
static int follow_on(struct engine *engine, int begun)
{
    CURLMsg *message = NULL;
    int left = 0;

    while ((message = curl_multi_info_read(engine->multi, &left)) != NULL) {
        CURL *curl = message->easy_handle;
        curl_off_t us = 0;

        expect_status(engine, curl, message->data.result, STATUS_OK);
        curl_easy_getinfo(curl, CURLINFO_TOTAL_TIME_T, &us);
        engine->samples.us[engine->samples.count++] = (double)us;
        curl_multi_remove_handle(engine->multi, curl);
        if (begun < REQUESTS) {
            curl_multi_add_handle(engine->multi, curl);
            begun++;
        }
    }
    return begun;
}

static void round_on_several(struct engine *engine)
{
    enum { WAIT_MS = 1000 };
    int begun = CONNECTIONS, running = 1;

    for (size_t i = 0; i < CONNECTIONS; i++) {
        curl_multi_add_handle(engine->multi, engine->connections[i]);
    }
    for (;;) {
        curl_multi_perform(engine->multi, &running);
        int more = follow_on(engine, begun);

        if (running == 0 && more == begun) {
            return;
        }
        if (more == begun) {
            curl_multi_poll(engine->multi, NULL, 0, WAIT_MS, NULL);
        }
        begun = more;
    }
}

/* Rounds on each Engine in turn, so that what else the machine does slows both. */
static void measure(struct engine *engines, size_t count, int connections, void (*round)(struct engine *engine))
{
    for (size_t i = 0; i < count; i++) {
        engines[i].samples.count = 0;
        round(&engines[i]); /* the connections open */
        engines[i].samples.count = 0;
        engines[i].samples.seconds = 0;
    }
    for (int i = 0; i < ROUNDS; i++) {
        for (size_t j = 0; j < count; j++) {
            double start = now_us();

            round(&engines[j]);
            engines[j].samples.seconds += (now_us() - start) / 1e6;
        }
    }
    printf("rate\t%d", connections);
    for (size_t i = 0; i < count; i++) {
        struct samples *samples = &engines[i].samples;

        printf("\t%.0f\t%.1f\t%.1f", (double)samples->count / samples->seconds, percentile(samples, MEDIAN),
               percentile(samples, NEARLY_ALL));
    }
    printf("\n");
}

static void rate(const char *const *sockets, size_t count)
{
    struct engine engines[ENGINES_MAX] = {{0}};

    for (size_t i = 0; i < count; i++) {
        open_engine(&engines[i], sockets[i], (size_t)ROUNDS * REQUESTS);
        make_few(&engines[i]);
    }
    printf("list\t%d", FEW);
    for (size_t i = 0; i < count; i++) {
        printf("\t%zu", engines[i].answer.length);
    }
    printf("\n");
    measure(engines, count, 1, round_on_one);
    measure(engines, count, CONNECTIONS, round_on_several);
    for (size_t i = 0; i < count; i++) {
        close_engine(&engines[i]);
    }
}

/* ---- a large list
 * -------------------------------------------------------------------------------------------------------------------
 */

static double resident_bytes(const char *pid)
{
    char path[PATH_SIZE], line[PATH_SIZE];
    long kib = 0;

    (void)snprintf(path, sizeof path, "/proc/%s/status", pid);
    FILE *file = fopen(path, "r");

    if (file == NULL) {
        fail(path, "cannot be read");
        return 0;
    }
    while (kib == 0 && fgets(line, sizeof line, file) != NULL) {
        kib = strncmp(line, "VmRSS:", strlen("VmRSS:")) == 0 ? strtol(line + strlen("VmRSS:"), NULL, 10) : 0;
    }
    (void)fclose(file);
    return (double)kib * KIB;
}

/* Lists so many times, after a change of one container each time if wanted. */
static void time_lists(struct engine *engine, const char *which, int count, bool changed)
{
    char path[PATH_SIZE];

    engine->samples.count = 0;
    for (int i = 0; i < count; i++) {
        if (changed) {
            (void)snprintf(path, sizeof path, "/containers/fluxweb_app%d/rename?name=renamed%d", i, i);
            ask(engine, path, "", STATUS_NO_CONTENT);
        }
        /* What is received is not kept: room for that would be the client's time. */
        curl_easy_setopt(engine->curl, CURLOPT_WRITEFUNCTION, drop);
        double start = now_us();

        ask(engine, LIST_PATH, NULL, STATUS_OK);
        engine->samples.us[engine->samples.count++] = now_us() - start;
        curl_easy_setopt(engine->curl, CURLOPT_WRITEFUNCTION, take);
    }
    printf("ms\t%s\t%d\t%.2f\n", which, count, percentile(&engine->samples, MEDIAN) / 1e3);
}

static void many(const char *socket, const char *pid)
{
    struct engine engine = {0};

    open_engine(&engine, socket, LISTS);
    have_image(&engine);
    ask(&engine, "/networks/create",
        "{\"Name\":\"" NETWORK "\",\"IPAM\":{\"Config\":[{\"Subnet\":\"172.23.0.0/16\"}]}}", STATUS_CREATED);
    double before = resident_bytes(pid), start = now_us();

    for (int i = 0; i < MANY; i++) {
        make_app_container(&engine, i);
    }
    printf("create\t%d\t%.0f\n", MANY, MANY / ((now_us() - start) / 1e6));
    printf("memory\tcreated\t%.0f\n", (resident_bytes(pid) - before) / MANY);
    time_lists(&engine, "the first", 1, false);
    time_lists(&engine, "again", LISTS, false);
    time_lists(&engine, "after a change of one", LISTS, true);
    ask_for_list(&engine, MANY);
    printf("memory\tcreated and listed (with room for one such list)\t%.0f\n", (resident_bytes(pid) - before) / MANY);
    printf("list\t%d\t%zu\n", MANY, engine.answer.length);
    close_engine(&engine);
}

int main(int argc, char **argv)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
    if ((argc == 3 || argc == 4) && strcmp(argv[1], "rate") == 0) {
        rate((const char *const *)argv + 2, (size_t)argc - 2);
    } else if (argc == 4 && strcmp(argv[1], "many") == 0) {
        many(argv[2], argv[3]);
    } else {
        fail("usage", "serve_bench rate SOCKET [PEER] | many SOCKET PID");
    }
    curl_global_cleanup();
    return 0;
}
