/* Redirections: POSIX XCU 2.7. */
#include "fakes/docker/proc.h"

#include <errno.h>
#include <string.h>

static void put_file(struct machine *machine, struct proc *proc, struct frame *frame, int fd, struct open_file *file)
{
    if (frame->saved == NULL) {
        frame->saved = pool_take(machine->pool, sizeof *frame->saved);
    }
    if (frame->saved->is_saved[fd]) {
        open_release(machine, proc->files[fd]);
    } else {
        frame->saved->is_saved[fd] = true;
        frame->saved->files[fd] = proc->files[fd];
    }
    proc->files[fd] = file;
}

void shell_restore_files(struct machine *machine, struct proc *proc, struct frame *frame)
{
    if (frame->saved == NULL) {
        return;
    }
    for (int fd = 0; fd < FD_COUNT; fd++) {
        if (frame->saved->is_saved[fd]) {
            open_release(machine, proc->files[fd]);
            proc->files[fd] = frame->saved->files[fd];
        }
    }
    pool_give(machine->pool, frame->saved, sizeof *frame->saved);
    frame->saved = NULL;
}

void shell_keep(struct machine *machine, struct proc *proc)
{
    for (struct frame *frame = proc->shell->top; frame != NULL; frame = frame->below) {
        struct saved_files *saved = frame->saved;

        for (int fd = 0; saved != NULL && fd < FD_COUNT; fd++) {
            open_release(machine, saved->files[fd]);
        }
        if (saved != NULL) {
            pool_give(machine->pool, saved, sizeof *saved);
            frame->saved = NULL;
        }
        variables_forget(machine, &frame->assigned);
        variables_forget(machine, &frame->locals);
    }
}

static bool duplicate(struct machine *machine, struct proc *proc, struct frame *frame, int fd, const char *from)
{
    int other = from[0] - '0';

    if (strcmp(from, "-") == 0) {
        put_file(machine, proc, frame, fd, NULL);
        return true;
    }
    if (from[0] < '0' || from[0] > '9' || from[1] != '\0' || proc->files[other] == NULL) {
        shell_complain(machine, proc, "%s: Bad file descriptor", from);
        return false;
    }
    put_file(machine, proc, frame, fd, open_hold(proc->files[other]));
    return true;
}

static bool redirect_one(struct machine *machine, struct proc *proc, struct frame *frame,
                         const struct redirect *redirect, const char *operand)
{
    struct open_file *file;
    int error = 0;

    if (redirect->kind == REDIRECT_DUP) {
        return duplicate(machine, proc, frame, redirect->fd, operand);
    }
    if (redirect->kind == REDIRECT_HERE) {
        file = open_new(machine, OPEN_TEXT);
        text_add_string(machine->pool, &file->text, operand);
    } else {
        file = open_path(machine, proc, operand, redirect->kind, &error);
    }
    if (file == NULL) {
        bool creates = redirect->kind != REDIRECT_READ;

        shell_complain(machine, proc, "can't %s %s: %s", creates ? "create" : "open", operand,
                       error == ENOENT ? (creates ? "nonexistent directory" : "no such file") : proc_error_text(error));
        return false;
    }
    put_file(machine, proc, frame, redirect->fd, file);
    return true;
}

bool shell_redirect(struct machine *machine, struct proc *proc, struct frame *frame, const struct redirect *redirects)
{
    bool ok = true;

    for (const struct redirect *redirect = redirects; redirect != NULL && ok; redirect = redirect->next) {
        struct text operand = {0};

        ok = expand_word(machine, proc, frame, redirect->word, &operand) &&
             redirect_one(machine, proc, frame, redirect, text_string(&operand));
        text_free(machine->pool, &operand);
    }
    return ok;
}
