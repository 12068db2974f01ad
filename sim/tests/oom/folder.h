/* What is in a folder, and its subfolders: for comparing it with what was there. */
#ifndef DRYDOCK_SIM_TESTS_OOM_FOLDER_H
#define DRYDOCK_SIM_TESTS_OOM_FOLDER_H

#include <stdbool.h>
#include <stdint.h>

enum { FOLDER_FILES_MAX = 64, FOLDER_PATH_MAX = 256 };

struct folder_file {
    char path[FOLDER_PATH_MAX]; /* within the folder */
    uint64_t hash;              /* of its bytes; of what is no file, its kind */
    bool whole;                 /* ends with a line break */
};

struct folder {
    struct folder_file files[FOLDER_FILES_MAX];
    unsigned count;
};

/* `timed`: of files, only words count that are no unit of time, and no numbers. */
void folder_read(struct folder *folder, const char *path, bool timed);
const struct folder_file *folder_find(const struct folder *folder, const char *path);
uint64_t folder_hash_file(const char *path, bool timed);
/* Makes it, or makes it empty. */
void folder_empty(const char *path);
/* Copies all files, and the folders that they are in. */
void folder_copy_file(const char *from, const char *to);
void folder_copy(const char *from, const char *to);

#endif
