/* What commands have in common: arguments, options, input from operands or standard input, line by line. */
#ifndef DRYDOCK_FAKES_DOCKER_COMMAND_IO_H
#define DRYDOCK_FAKES_DOCKER_COMMAND_IO_H

#include "fakes/docker/proc.h"

enum { IO_CHUNK = 4096, OPERAND_FD = 9, TEN = 10, MS_PER_SECOND = 1000 };

/* The index-th argument, the command's name being 0; NULL behind the last. */
const char *command_argument(const struct proc *proc, uint32_t index);
/* Whether one of the option words before the operands has this letter. */
bool command_has_option(const struct proc *proc, char letter);
/* The value of an option that takes one (`-n 3`, `-n3`), or NULL. `valued`: the letters of all options that take one.
 */
const char *command_option(const struct proc *proc, const char *valued, char letter);
/* The index of the first operand. */
uint32_t command_first_operand(const struct proc *proc, const char *valued);
/* The command is done with this status. */
enum command_answer command_finish(struct proc *proc, int status);
/* Says `NAME: …` on standard error and is done. */
enum command_answer command_fail(struct machine *machine, struct proc *proc, int status, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void command_complain(struct machine *machine, struct proc *proc, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* On standard output, where it comes at the end of the step, or before what is written otherwise. */
void command_print(struct machine *machine, struct proc *proc, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Reads the operands from `first` on one after the other, or standard input: bytes, 0 at the end of the last, −1 when
 * nothing is there yet. A file that cannot be read is said and makes proc->status 1. proc->state.number is its own. */
int64_t command_read(struct machine *machine, struct proc *proc, uint32_t first, char *bytes, size_t size);
/* A step of a command that looks at one line after the other. `line` gets each without its newline, ended by a NUL;
 * false from it: enough. COMMAND_DONE when the last has been seen (the caller sets the status). */
enum command_answer command_each_line(struct machine *machine, struct proc *proc, uint32_t first,
                                      bool (*line)(struct machine *machine, struct proc *proc, const char *text,
                                                   size_t length));
/* Everything into proc->state.text; COMMAND_DONE when it is whole. */
enum command_answer command_read_all(struct machine *machine, struct proc *proc, uint32_t first);
/* The status of the file at a path as given. */
struct file_status command_file_status(struct machine *machine, const struct proc *proc, const char *path,
                                       struct text *absolute);
/* The same of a link itself. */
struct file_status command_link_status(struct machine *machine, const struct proc *proc, const char *path);

#endif
