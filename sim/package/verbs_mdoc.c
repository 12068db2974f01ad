/* The verbs and their options as mdoc(7), for the manual page: what `drydock help` says, from the same table.
 * A program of its own, run while drydock is built; it needs the words of the table only, not what they do.
 */
#include <assert.h>
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum {
    LINE_MAX = 78, /* mandoc -Tlint wants no more than 80 */
    WORD_SIZE = 128,
};

enum verb {
#define VERB(ID, name, operands, summary, run) VERB_##ID,
#include "sim/cli/verbs.def"
    VERB_COUNT
};

static const struct {
    const char *name, *operands, *summary;
} verbs[] = {
#define VERB(ID, name, operands, summary, run) {name, operands, summary},
#include "sim/cli/verbs.def"
};

static const struct {
    enum verb verb;
    const char *name, *argument, *help;
} options[] = {
#define OPTION(verb, name, argument, help) {VERB_##verb, name, argument, help},
#include "sim/cli/verbs.def"
};

static char *append(char *out, const char *text)
{
    while (*text != '\0') {
        *out++ = *text++;
    }
    return out;
}

/* A word of running text as roff takes it, mandoc_char(7): minus signs of options, backslashes, quotes. In *code,
 * whether a ` is open. */
static size_t roff_word(const char *word, size_t length, bool *code, char *roff)
{
    char *out = roff;

    if (word[0] == '.' || word[0] == '\'') {
        out = append(out, "\\&");
    }
    for (size_t i = 0; i < length; i++) {
        if (word[i] == '`') {
            out = append(out, *code ? "\\(rq" : "\\(lq");
            *code = !*code;
        } else if (word[i] == '\\') {
            out = append(out, "\\e");
        } else if (word[i] == '-' && (i == 0 || word[i - 1] == '-' || !isalnum((unsigned char)word[i - 1]))) {
            out = append(out, "\\-");
        } else {
            *out++ = word[i];
        }
    }
    *out = '\0';
    return (size_t)(out - roff);
}

/* A sentence: with a capital, a full stop and short lines. A line of roff ends where a sentence does. */
static void print_sentence(const char *text)
{
    bool code = false;
    size_t column = 0;

    for (const char *next = text; *next != '\0';) {
        char roff[WORD_SIZE * 4];
        size_t length = strcspn(next, " ");

        assert(length < WORD_SIZE);
        size_t width = roff_word(next, length, &code, roff);

        if (next == text) {
            roff[0] = (char)toupper((unsigned char)roff[0]);
        }
        bool fits = column + 1 + width <= LINE_MAX;

        printf("%s%s", column == 0 ? "" : fits ? " " : "\n", roff);
        column = fits && column > 0 ? column + 1 + width : width;
        next += length + (next[length] == ' ');
    }
    printf(".\n");
}

static void print_verb(enum verb verb)
{
    bool first = true;

    printf(".Ss drydock %s\n.Nm Cm %s\n.Op Ar option ...\n", verbs[verb].name, verbs[verb].name);
    if (verbs[verb].operands[0] != '\0') {
        printf(".Ar %s\n", verbs[verb].operands);
    }
    printf(".Pp\n");
    print_sentence(verbs[verb].summary);
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        if (options[i].verb != verb) {
            continue;
        }
        printf("%s.It Fl %s%s", first ? ".Bl -tag -width Ds\n" : "", options[i].name[1] == '\0' ? "" : "-",
               options[i].name);
        printf("%s%s\n", options[i].argument == NULL ? "" : " Ar ",
               options[i].argument == NULL ? "" : options[i].argument);
        print_sentence(options[i].help);
        first = false;
    }
    printf("%s", first ? "" : ".El\n");
}

int main(void)
{
    for (unsigned i = 0; i < VERB_COUNT; i++) {
        print_verb((enum verb)i);
    }
    return ferror(stdout) != 0 || fflush(stdout) != 0;
}
