/* What the files of containers share: fakes/docker/container_*.c. */
#ifndef DRYDOCK_FAKES_DOCKER_CONTAINER_PARTS_H
#define DRYDOCK_FAKES_DOCKER_CONTAINER_PARTS_H

#include "fakes/docker/whole.h"

enum { MS_PER_SECOND = 1000, CONTAINER_CPUS = 2, LISTING_BENCH = 16384 };

/* ---- container_names.c ----------------------------------------------------------------------------------------- */

/* Whether the Engine takes a name: [a-zA-Z0-9][a-zA-Z0-9_.-]+, a leading slash left off. */
bool container_name_is_valid(const char *name);
/* A name for a container that was given none, adjective_surname; free on this engine. In `arena`. */
const char *container_random_name(struct docker_engine *engine, struct arena *arena);
/* Fails with the Engine's 409 when a name is taken; `prefix` begins the message. */
bool container_name_is_free(struct docker_request *request, const char *name, const char *prefix);

/* ---- container_checks.c ---------------------------------------------------------------------------------------- */

/* Whether the Engine takes these (read, see container_config.h); false with its error set. Warnings of the answer are
 * appended to `*warnings`. */
bool container_config_is_valid(struct docker_request *request, const struct value *config);
bool container_host_config_is_valid(struct docker_request *request, const struct value *host_config, bool update,
                                    const struct value **warnings);
/* Its parts: what it asks of the machine, and what the Engine's platform does not know. */
bool container_resources_are_valid(struct docker_request *request, const struct value *host_config, bool update,
                                   const struct value **warnings);
bool container_host_options_are_valid(struct docker_request *request, const struct value *host_config,
                                      const struct value **warnings);
bool container_restart_policy_is_valid(struct docker_request *request, const struct value *policy);

/* ---- container_life.c ------------------------------------------------------------------------------------------ */

/* Starts one that does not run, with all that belongs to it; false with an error set: its networks are not there, its
 * command cannot be run. `request` NULL: nobody is told, but State.Error. */
bool container_start(struct docker_engine *engine, struct docker_request *request, struct container *container);
/* The container whose network it shares ("container:…"); NULL: none's. */
const char *container_shared_network(const struct value *host_config);
/* The second half of a restart. */
void container_start_again(struct docker_engine *engine, struct docker_request *request, struct container *container);
/* Notes an event with a number as its only attribute. */
void container_event_with(struct docker_engine *engine, const struct container *container, const char *action,
                          const char *name, int number);

/* ---- container_stop.c ------------------------------------------------------------------------------------------ */

/* Asks it to stop with its StopSignal; it is killed after `timeout_s` (below 0: never). True: it has stopped. */
bool container_stop(struct docker_engine *engine, struct container *container, int timeout_s);
/* Kills it at once: it has stopped afterwards, and stays so. */
void container_kill(struct docker_engine *engine, struct container *container);
/* No restart, whatever its policy. */
void container_stay_down(struct docker_engine *engine, struct container *container);

/* ---- container_restarts.c -------------------------------------------------------------------------------------- */

/* It has exited: whether its policy starts it again, and when. */
void container_plan_restart(struct docker_engine *engine, struct container *container);

/* ---- container_remove.c ---------------------------------------------------------------------------------------- */

/* One that does not run goes; `with_volumes`: its anonymous volumes too. */
void container_remove(struct docker_engine *engine, struct container *container, bool with_volumes);

/* ---- container_process.c --------------------------------------------------------------------------------------- */

/* What the scenario says of a container, the first of its `scripts` that fits: an object with `container` (its name) or
 * `image` (as it was asked for), the members of process_spec.script, and `health` [{after, exitCode, output}]. NULL:
 * nothing. */
const struct value *container_script(const struct docker_engine *engine, const struct container *container);
/* The texts of two arrays (NULL: none), one after the other, a NULL at the end: arguments, environments. In `arena`. */
const char *const *container_texts(struct arena *arena, const struct value *first, const struct value *second);
/* Whether its image has busybox's commands and no others; what other images have is not known. */
bool container_is_small(const struct docker_engine *engine, const struct container *container);
/* Whether its command can be run; otherwise its exit code, and what runc says in `*message` (in `arena`). */
int container_can_run(struct docker_engine *engine, struct container *container, struct arena *arena,
                      const char **message);
/* Its first process begins, is stopped for a while or goes on, is gone. */
void container_process_start(struct docker_engine *engine, struct container *container);
void container_process_pause(struct docker_engine *engine, struct container *container, bool pause);
void container_process_end(struct docker_engine *engine, struct container *container);
int64_t container_process_next_ms(const struct container_details *details);
/* Lets it do what is due; it may have exited then. */
void container_process_pass(struct docker_engine *engine, struct container *container);

/* ---- container_files.c ----------------------------------------------------------------------------------------- */

/* Its files with what is mounted there, made when they are first asked for; they go with it. */
struct process_files *container_files(struct docker_engine *engine, struct container *container);
void container_files_end(struct docker_engine *engine, struct container *container);
/* What the Engine says of a user (NULL, "": root) that /etc/passwd does not have, in `arena`; NULL: nothing. */
const char *container_no_user(const struct process_files *files, const char *user, struct arena *arena);

/* ---- container_signals.c --------------------------------------------------------------------------------------- */

/* The number of a signal ("KILL", "sigterm", "9"), as the Engine reads it; false: it is none. */
bool container_signal_number(const char *name, int64_t *number);
int container_stop_signal(const struct container *container);
int container_stop_timeout_s(const struct container *container);

/* ---- container_health.c ---------------------------------------------------------------------------------------- */

/* Checks begin when it starts, and end with it. */
void container_health_start(struct docker_engine *engine, struct container *container);
void container_health_end(struct container *container);
void container_health_pass(struct docker_engine *engine, struct container *container);
/* State.Health; NULL when it has no checks. */
const struct value *container_health_shown(const struct container *container, struct arena *arena);
const char *container_health_name(const struct container *container); /* "none", "starting" … */

/* ---- container_listing.c --------------------------------------------------------------------------------------- */

/* Room for text that grows. */
struct text_room {
    struct arena *arena;
    char *text;
    size_t length, size;
};

void text_room_add(struct text_room *room, const char *bytes, size_t length);
/* So many bytes are to be added, about: they get room at once. */
void text_room_expect(struct text_room *room, size_t length);
/* About how many bytes a container's entry has. */
size_t container_listing_length(struct docker_engine *engine, struct container *container);
/* Adds its entry in a list as JSON; returns the instant up to which that stays true. */
int64_t container_listing_add(struct docker_engine *engine, struct container *container, bool size,
                              struct text_room *room);

/* ---- container_views.c ----------------------------------------------------------------------------------------- */

/* A duration as people say it: "3 minutes", "About an hour"; until when it stays true is `*until_ms` more. */
const char *container_duration(struct arena *arena, int64_t ms, int64_t *stays_ms);
/* The text of its status, and until when it stays true. */
const char *container_status_line(const struct docker_engine *engine, const struct container *container,
                                  struct arena *arena, int64_t *until_ms);
/* The words of its entrypoint and command, and all of them in a line as lists show it. */
uint32_t container_word_count(const struct container *container);
const struct value *container_word(const struct container *container, uint32_t index);
const char *container_command_line(const struct container *container, struct arena *arena);

/* ---- container_wait.c ------------------------------------------------------------------------------------------ */

/* Remembers the exit code of one that goes. */
void container_departs(struct docker_engine *engine, const struct container *container);
/* The container of this id; NULL: it is gone. */
struct container *container_by_id(struct docker_engine *engine, const char *id);
/* The answer to a stop comes when this run of the container has ended. */
void container_answer_later(struct docker_request *request, const struct container *container);

#endif
