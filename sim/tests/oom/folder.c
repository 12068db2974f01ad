#include "sim/tests/oom/folder.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TEXT_SIZE = 1 << 22, DIRECTORIES_OPEN = 16 };

static char text[TEXT_SIZE];

static void fail(const char *path)
{
    perror(path);
    exit(EXIT_FAILURE);
}

static size_t read_file(const char *path)
{
    size_t length = 0;
    ssize_t more = 0;
    int file = open(path, O_RDONLY | O_CLOEXEC);

    if (file < 0) {
        fail(path);
    }
    while (length < TEXT_SIZE - 1 && (more = read(file, text + length, TEXT_SIZE - 1 - length)) > 0) {
        length += (size_t)more;
    }
    close(file);
    if (length == TEXT_SIZE - 1) {
        (void)fprintf(stderr, "oom: %s: larger than expected\n", path);
        exit(EXIT_FAILURE);
    }
    text[length] = '\0';
    return length;
}

static uint64_t hash_more(uint64_t hash, const char *bytes, size_t length)
{
    const uint64_t prime = 0x100000001b3; /* FNV-1a */

    for (size_t i = 0; i < length; i++) {
        hash = (hash ^ (unsigned char)bytes[i]) * prime;
    }
    return hash;
}

static bool is_unit(const char *word, size_t length)
{
    static const char *const units[] = {"s", "ms", "us", "min", "h"};

    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strlen(units[i]) == length && memcmp(units[i], word, length) == 0) {
            return true;
        }
    }
    return false;
}

static const uint64_t hash_start = 0xcbf29ce484222325;

uint64_t folder_hash_file(const char *path, bool timed)
{
    size_t length = read_file(path);
    uint64_t hash = hash_start;

    if (!timed) {
        return hash_more(hash, text, length);
    }
    for (size_t i = 0; i < length;) {
        size_t word = 0;

        while (isalpha((unsigned char)text[i + word])) {
            word++;
        }
        hash = is_unit(text + i, word) ? hash : hash_more(hash, text + i, word);
        i += word == 0 ? 1 : word;
    }
    return hash;
}

static void read_below(struct folder *folder, const char *path, const char *name, bool timed)
{
    DIR *directory = opendir(path);
    const struct dirent *entry = NULL;

    if (directory == NULL) {
        fail(path);
    }
    while ((entry = readdir(directory)) != NULL) {
        char inside[PATH_MAX], shown[FOLDER_PATH_MAX];
        struct stat status;

        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) {
            continue;
        }
        snprintf(inside, sizeof inside, "%s/%s", path, entry->d_name);
        if (snprintf(shown, sizeof shown, "%s%s%s", name, name[0] == '\0' ? "" : "/", entry->d_name) >=
                (int)sizeof shown ||
            lstat(inside, &status) != 0 || folder->count == FOLDER_FILES_MAX) {
            fail(inside);
        }
        if (S_ISDIR(status.st_mode)) {
            read_below(folder, inside, shown, timed);
            continue;
        }
        struct folder_file *file = &folder->files[folder->count++];

        memcpy(file->path, shown, sizeof shown);
        file->hash = S_ISREG(status.st_mode) ? folder_hash_file(inside, timed) : (uint64_t)(status.st_mode & S_IFMT);
        file->whole = S_ISREG(status.st_mode) && status.st_size > 0 && text[status.st_size - 1] == '\n';
    }
    closedir(directory);
}

void folder_read(struct folder *folder, const char *path, bool timed)
{
    folder->count = 0;
    read_below(folder, path, "", timed);
}

const struct folder_file *folder_find(const struct folder *folder, const char *path)
{
    for (unsigned i = 0; i < folder->count; i++) {
        if (strcmp(folder->files[i].path, path) == 0) {
            return &folder->files[i];
        }
    }
    return NULL;
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *place)
{
    (void)status;
    (void)type;
    return place->level == 0 ? 0 : remove(path);
}

void folder_empty(const char *path)
{
    if (mkdir(path, 0777) != 0 && nftw(path, remove_entry, DIRECTORIES_OPEN, FTW_DEPTH | FTW_PHYS) != 0) {
        fail(path);
    }
}

void folder_copy_file(const char *from, const char *to)
{
    size_t length = read_file(from);
    int file = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

    if (file < 0 || write(file, text, length) != (ssize_t)length || close(file) != 0) {
        fail(to);
    }
}

void folder_copy(const char *from, const char *to)
{
    static struct folder folder;

    folder_read(&folder, from, false);
    for (unsigned i = 0; i < folder.count; i++) {
        char source[PATH_MAX], target[PATH_MAX];

        snprintf(source, sizeof source, "%s/%s", from, folder.files[i].path);
        snprintf(target, sizeof target, "%s/%s", to, folder.files[i].path);
        for (char *slash = strchr(target + strlen(to) + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
            *slash = '\0';
            (void)mkdir(target, 0777);
            *slash = '/';
        }
        folder_copy_file(source, target);
    }
}
