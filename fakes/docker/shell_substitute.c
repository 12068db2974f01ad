/* Command substitution: POSIX XCU 2.6.3. */
#include "fakes/docker/proc.h"

static bool start_substitution(struct machine *machine, struct proc *proc, struct frame *frame)
{
    struct open_file *writer;
    struct proc *child = proc_fork(machine, proc);

    if (child == NULL) {
        shell_complain(machine, proc, "can't fork: Resource temporarily unavailable");
        proc->shell->status = EXIT_USAGE;
        proc->shell->unwind = UNWIND_EXIT;
        return false;
    }
    open_pipe(machine, &frame->capture, &writer);
    open_release(machine, child->files[1]);
    child->files[1] = writer;
    child->job = frame->job = proc->shell->next_job++;
    shell_fork(machine, child, proc, frame->command->node);
    return true;
}

/* What the child wrote goes over; true when there is no more to come. */
static bool drain(struct machine *machine, struct frame *frame)
{
    struct pipe_buffer *pipe = frame->capture->pipe;

    text_add(machine->pool, &frame->result, text_string(&pipe->data), pipe->data.length);
    text_cut(&pipe->data, 0);
    return pipe->writers == 0;
}

static void end_substitution(struct machine *machine, struct frame *frame)
{
    uint32_t length = frame->result.length;
    uint32_t kept = 0;

    while (length > 0 && frame->result.bytes[length - 1] == '\n') {
        length--;
    }
    for (uint32_t i = 0; i < length; i++) { /* no NULs */
        if (frame->result.bytes[i] != '\0') {
            frame->result.bytes[kept++] = frame->result.bytes[i];
        }
    }
    text_cut(&frame->result, kept);
    text_append_string(machine->pool, &frame->results, text_string(&frame->result));
    text_free(machine->pool, &frame->result);
    open_release(machine, frame->capture);
    frame->capture = NULL;
    frame->job = 0;
    frame->command = frame->command->next_command;
}

enum step shell_substitute(struct machine *machine, struct proc *proc, struct frame *frame, bool *is_done)
{
    if (frame->command == NULL && frame->results.length == 0) {
        frame->command = frame->node->commands;
    }
    *is_done = frame->command == NULL;
    if (*is_done) {
        return STEP_ON;
    }
    if (frame->capture == NULL) {
        (void)start_substitution(machine, proc, frame);
        return STEP_ON;
    }
    if (!drain(machine, frame) || shell_job_is_running(machine, proc, frame->job, &proc->shell->status)) {
        return STEP_BLOCKED;
    }
    proc->shell->substitution_status = proc->shell->status;
    end_substitution(machine, frame);
    *is_done = frame->command == NULL;
    return STEP_ON;
}
