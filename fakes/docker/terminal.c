/* A terminal between a client and the processes: termios(3) with ICANON, ECHO, ISIG, ICRNL, ONLCR; and, while a shell
 * reads a command, busybox's own line editing. */
#include "fakes/docker/proc.h"

#include <signal.h>

enum {
    KEY_INTERRUPT = 3, /* ^C */
    KEY_END = 4,       /* ^D */
    KEY_BACKSPACE = 8, /* ^H */
    KEY_KILL = 21,     /* ^U */
    KEY_ESCAPE = 27,
    KEY_QUIT = 28, /* ^\ */
    KEY_DELETE = 127,
    CONTROL_OFFSET = 64, /* ^A is 1 */
};

enum escape { ESCAPE_NONE, ESCAPE_BEGUN, ESCAPE_SEQUENCE };

void terminal_write(struct machine *machine, const char *bytes, size_t length)
{
    const struct process_io *io = machine->io;
    struct text shown = {0};

    for (size_t i = 0; i < length; i++) {
        if (bytes[i] == '\n') {
            text_add_char(machine->pool, &shown, '\r');
        }
        text_add_char(machine->pool, &shown, bytes[i]);
    }
    if (shown.length > 0) {
        io->output(io->context, machine->now_ms, PROCESS_STDOUT, shown.bytes, shown.length);
    }
    text_free(machine->pool, &shown);
}

static void echo(struct machine *machine, struct text *shown, char c)
{
    if ((unsigned char)c < ' ' && c != '\n' && c != '\t') {
        text_add_char(machine->pool, shown, '^');
        c = (char)(c + CONTROL_OFFSET);
    }
    text_add_char(machine->pool, shown, c);
}

static void erase(struct machine *machine, struct text *shown, bool all)
{
    do {
        if (machine->typed.length == 0) {
            return;
        }
        text_cut(&machine->typed, machine->typed.length - 1);
        text_add_string(machine->pool, shown, "\b \b");
    } while (all);
}

/* The line goes to who reads. */
static void hand_over(struct machine *machine)
{
    text_add(machine->pool, &machine->input.data, text_string(&machine->typed), machine->typed.length);
    text_cut(&machine->typed, 0);
}

static void interrupt(struct machine *machine, int number)
{
    text_cut(&machine->typed, 0);
    if (machine->is_editing) {
        text_add_char(machine->pool, &machine->input.data, '\n'); /* an empty command: the prompt comes again */
        machine->is_editing = false;
        return;
    }
    for (struct proc *proc = machine->first; proc != NULL; proc = proc->next) {
        if (!proc->is_background) {
            proc_signal(proc, number, false);
        }
    }
}

/* Whether a byte belongs to an escape sequence, which line editing swallows. */
static bool is_escape(struct machine *machine, char c)
{
    if (c == KEY_ESCAPE) {
        machine->escape = ESCAPE_BEGUN;
        return true;
    }
    if (machine->escape == ESCAPE_BEGUN) {
        machine->escape = c == '[' || c == 'O' ? ESCAPE_SEQUENCE : ESCAPE_NONE;
        return true;
    }
    if (machine->escape == ESCAPE_SEQUENCE) {
        machine->escape = c >= '@' && c <= '~' ? ESCAPE_NONE : ESCAPE_SEQUENCE;
        return true;
    }
    return false;
}

static void take_key(struct machine *machine, char c, struct text *shown)
{
    switch (c) {
    case '\r':
    case '\n':
        text_add_char(machine->pool, shown, '\n');
        text_add_char(machine->pool, &machine->typed, '\n');
        hand_over(machine);
        machine->is_editing = false;
        break;
    case KEY_END:
        if (machine->typed.length == 0) {
            machine->is_end_typed = true;
            machine->is_editing = false;
        } else if (!machine->is_editing) {
            hand_over(machine);
        }
        break;
    case KEY_INTERRUPT:
    case KEY_QUIT:
        echo(machine, shown, c);
        if (machine->is_editing) {
            text_add_char(machine->pool, shown, '\n');
        }
        interrupt(machine, c == KEY_INTERRUPT ? SIGINT : SIGQUIT);
        break;
    case KEY_DELETE:
    case KEY_BACKSPACE:
        erase(machine, shown, false);
        break;
    case KEY_KILL:
        erase(machine, shown, true);
        break;
    default:
        if (!machine->is_editing || (unsigned char)c >= ' ') {
            echo(machine, shown, c);
            text_add_char(machine->pool, &machine->typed, c);
        }
        break;
    }
}

bool terminal_take(struct machine *machine)
{
    struct text shown = {0};
    bool was_editing = machine->is_editing;
    uint32_t at = 0;

    /* A command that is edited ends the looking: what was typed after it is for the next prompt. */
    while (at < machine->raw.length && !machine->is_end_typed && machine->is_editing == was_editing) {
        char c = machine->raw.bytes[at++];

        if (!machine->is_editing || !is_escape(machine, c)) {
            take_key(machine, c, &shown);
        }
    }
    if (at == machine->raw.length) {
        text_free(machine->pool, &machine->raw);
    } else {
        text_drop_front(&machine->raw, at);
    }
    terminal_write(machine, text_string(&shown), shown.length);
    text_free(machine->pool, &shown);
    return at > 0;
}
