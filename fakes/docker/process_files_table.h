/* The table behind process_files.h: what an image brings, what changed, and where a path lies. Internal to
 * process_files*.c. */
#ifndef DRYDOCK_FAKES_DOCKER_PROCESS_FILES_TABLE_H
#define DRYDOCK_FAKES_DOCKER_PROCESS_FILES_TABLE_H

#include "fakes/docker/process_files.h"

enum {
    MODE_FOLDER = 0755,
    MODE_FILE = 0644,
    MODE_DEVICE = 0666,
    MODE_LINK = 0777,
    MODE_EXECUTE = 0111,
    BASE_CONTENT_MAX = 1024, /* of a file that the image brings */
};

/* What the image brings (base_files.def). */
struct base_file {
    const char *path;
    enum file_kind kind;
    const char *content;
};

extern const struct base_file files_base[];
extern const uint32_t files_base_count;

/* Where a path lies: in the container's own table or in that of something mounted. */
struct place {
    struct process_files *files;
    const char *path; /* in that table */
    bool read_only;
    bool is_root; /* of what is mounted, or of the container */
};

struct place files_table_place(const struct process_files *files, const char *path);
struct file_status files_table_status(const struct place *place);
/* What changed at a path of this very table, or NULL. */
struct process_file *files_table_entry(const struct process_files *files, const char *path);
const struct base_file *files_table_base(const struct process_files *files, const char *path);
bool files_table_is_base_command(const struct process_files *files, const char *path);
/* What an image's file holds; some name the container. */
void files_table_base_content(const struct process_files *files, const struct base_file *base, char *text, size_t size);
/* The length of the folder that a path lies in. */
size_t files_table_folder_length(const char *path);
const char *files_table_string(struct pool *pool, const char *string);
void files_table_give_string(struct pool *pool, const char *string);
void files_table_free_file(struct pool *pool, struct process_file *file);

#endif
