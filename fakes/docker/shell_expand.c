/* From words to fields: POSIX XCU 2.6.
 *
 * A field is built as a pattern: characters that were quoted and mean something in patterns stand behind a backslash,
 * so that pathname expansion and case see what was quoted. It becomes plain text at the end.
 */
#include "fakes/docker/proc.h"

#include <fnmatch.h>
#include <string.h>

enum { SLICE_ALL = -1 };

struct fields {
    struct machine *machine;
    struct proc *proc;
    const struct frame *frame;
    struct text *list; /* NULL: one word, no splitting */
    struct text field; /* as a pattern */
    bool is_started;   /* there is a field, though it be empty */
    bool has_pattern;  /* an unquoted * ? [ */
    bool failed;
};

static bool add_parts(struct fields *fields, const struct part *part);

bool shell_pattern_fits(const char *pattern, const char *text)
{
    return fnmatch(pattern, text, 0) == 0;
}

static void add_literal(struct fields *fields, char c, bool quoted)
{
    if (strchr("*?[]\\", c) != NULL && c != '\0') {
        if (quoted || c == '\\') {
            text_add_char(fields->machine->pool, &fields->field, '\\');
        } else {
            fields->has_pattern |= c != ']';
        }
    }
    text_add_char(fields->machine->pool, &fields->field, c);
    fields->is_started = true;
}

/* Takes the backslashes away. */
static void make_plain(struct text *pattern)
{
    uint32_t length = 0;

    for (uint32_t i = 0; i < pattern->length; i++) {
        if (pattern->bytes[i] == '\\' && i + 1 < pattern->length) {
            i++;
        }
        pattern->bytes[length++] = pattern->bytes[i];
    }
    text_cut(pattern, length);
}

/* ---- pathnames (2.6.6) --------------------------------------------------------------------------------------- */

/* Appends the paths that fit a pattern, from a folder (absolute) that the pattern's front named as `prefix`. */
static bool add_matches(struct fields *fields, const char *folder, const char *prefix, const char *pattern)
{
    struct pool *pool = fields->machine->pool;
    const char *slash = strchr(pattern, '/');
    size_t length = slash == NULL ? strlen(pattern) : (size_t)(slash - pattern);
    struct text piece = {0};
    struct text names = {0};
    struct text path = {0};
    struct text shown = {0};
    bool found = false;

    text_add(pool, &piece, pattern, length);
    process_files_names(fields->machine->files, folder, pool, &names);
    for (uint32_t at = 0; at < names.length; at = text_next_string(&names, at)) {
        const char *name = names.bytes + at;

        if (fnmatch(piece.bytes, name, FNM_PERIOD) != 0) {
            continue;
        }
        text_cut(&path, 0);
        text_cut(&shown, 0);
        text_printf(pool, &path, "%s/%s", strcmp(folder, "/") == 0 ? "" : folder, name);
        text_printf(pool, &shown, "%s%s", prefix, name);
        if (slash == NULL) {
            text_append_string(pool, fields->list, shown.bytes);
            found = true;
        } else if (process_files_status(fields->machine->files, path.bytes).kind == FILE_FOLDER) {
            text_add_char(pool, &shown, '/');
            found |= add_matches(fields, path.bytes, shown.bytes, slash + 1);
        }
    }
    text_free(pool, &piece);
    text_free(pool, &names);
    text_free(pool, &path);
    text_free(pool, &shown);
    return found;
}

static bool add_paths(struct fields *fields)
{
    struct pool *pool = fields->machine->pool;
    const char *pattern = text_string(&fields->field);
    size_t fixed = strcspn(pattern, "*?[\\");
    struct text prefix = {0};
    struct text folder = {0};
    bool found;

    while (fixed > 0 && pattern[fixed - 1] != '/') {
        fixed--;
    }
    text_add(pool, &prefix, pattern, fixed);
    proc_path(fields->machine, fields->proc, fixed == 0 ? "." : prefix.bytes, &folder);
    found = add_matches(fields, folder.bytes, prefix.bytes, pattern + fixed);
    text_free(pool, &prefix);
    text_free(pool, &folder);
    return found;
}

static void end_field(struct fields *fields)
{
    if (fields->is_started && fields->list != NULL) {
        bool globs = fields->has_pattern && !fields->proc->shell->noglob;

        if (!globs || !add_paths(fields)) {
            make_plain(&fields->field);
            text_append_string(fields->machine->pool, fields->list, text_string(&fields->field));
        }
    }
    text_cut(&fields->field, 0);
    fields->is_started = false;
    fields->has_pattern = false;
}

/* ---- field splitting (2.6.5) --------------------------------------------------------------------------------- */

static void add_value(struct fields *fields, const char *value, bool quoted)
{
    const char *separators = variable_get(fields->proc, "IFS");
    bool splits = !quoted && fields->list != NULL;

    separators = separators == NULL ? " \t\n" : separators;
    if (quoted) {
        fields->is_started = true;
    }
    for (; *value != '\0' && !fields->machine->pool->overrun; value++) {
        bool is_space = strchr(" \t\n", *value) != NULL;

        if (!splits || strchr(separators, *value) == NULL) {
            add_literal(fields, *value, quoted);
            continue;
        }
        if (!is_space) {
            fields->is_started = true;
        }
        end_field(fields);
        while (!is_space && value[1] != '\0' && strchr(" \t\n", value[1]) != NULL &&
               strchr(separators, value[1]) != NULL) {
            value++;
        }
    }
}

/* "$@": each parameter a field of its own. */
static void add_each_parameter(struct fields *fields)
{
    const struct text *parameters = &fields->proc->shell->parameters;

    for (uint32_t at = 0; at < parameters->length; at = text_next_string(parameters, at)) {
        if (at > 0) {
            end_field(fields);
        }
        add_value(fields, parameters->bytes + at, true);
    }
}

/* ---- parameters (2.6.2) -------------------------------------------------------------------------------------- */

static bool expand_plain(struct fields *fields, const struct word *word, struct text *result)
{
    return word == NULL || expand_word(fields->machine, fields->proc, fields->frame, word, result);
}

/* Cuts the shortest or longest front or end that fits. */
static void cut_by_pattern(struct fields *fields, const struct part *part, struct text *value)
{
    struct pool *pool = fields->machine->pool;
    struct text pattern = {0};
    bool is_prefix = part->operator== PARAMETER_CUT_PREFIX || part->operator== PARAMETER_CUT_PREFIX_LONG;
    bool is_long = part->operator== PARAMETER_CUT_PREFIX_LONG || part->operator== PARAMETER_CUT_SUFFIX_LONG;
    uint32_t length = value->length;

    fields->failed |= !expand_pattern(fields->machine, fields->proc, fields->frame, part->word, &pattern);
    for (uint32_t i = 0; i <= length; i++) {
        uint32_t cut = is_long ? length - i : i;
        struct text tried = {0};

        text_add(pool, &tried, text_string(value) + (is_prefix ? 0 : length - cut), cut);
        bool fits = shell_pattern_fits(text_string(&pattern), text_string(&tried));

        text_free(pool, &tried);
        if (fits) {
            if (is_prefix) {
                text_drop_front(value, cut);
            } else {
                text_cut(value, length - cut);
            }
            break;
        }
    }
    text_free(pool, &pattern);
}

static void slice(struct fields *fields, const struct part *part, struct text *value)
{
    struct text expression = {0};
    int64_t from = 0;
    int64_t count = SLICE_ALL;

    fields->failed |= !expand_plain(fields, part->word, &expression) ||
                      !shell_arithmetic(fields->machine, fields->proc, text_string(&expression), &from);
    if (part->second != NULL) {
        text_cut(&expression, 0);
        fields->failed |= !expand_plain(fields, part->second, &expression) ||
                          !shell_arithmetic(fields->machine, fields->proc, text_string(&expression), &count);
    }
    from = from < 0 ? from + value->length : from;
    from = from < 0 ? value->length : from > value->length ? value->length : from;
    text_drop_front(value, (size_t)from);
    if (part->second != NULL) {
        count = count < 0 ? value->length + count : count;
        text_cut(value, count < 0 ? 0 : (size_t)count);
    }
    text_free(fields->machine->pool, &expression);
}

/* The longest text from `at` on that fits; 0: none. */
static uint32_t fitting_length(struct fields *fields, const char *pattern, const struct text *value, uint32_t at)
{
    for (uint32_t length = value->length - at; length > 0; length--) {
        struct text tried = {0};

        text_add(fields->machine->pool, &tried, value->bytes + at, length);
        bool fits = shell_pattern_fits(pattern, text_string(&tried));

        text_free(fields->machine->pool, &tried);
        if (fits) {
            return length;
        }
    }
    return 0;
}

static void replace(struct fields *fields, const struct part *part, struct text *value)
{
    struct pool *pool = fields->machine->pool;
    struct text pattern = {0};
    struct text with = {0};
    struct text result = {0};
    bool is_done = false;

    fields->failed |= !expand_pattern(fields->machine, fields->proc, fields->frame, part->word, &pattern) ||
                      !expand_plain(fields, part->second, &with);
    for (uint32_t at = 0; at < value->length;) {
        uint32_t length = is_done ? 0 : fitting_length(fields, text_string(&pattern), value, at);

        if (length == 0) {
            text_add_char(pool, &result, value->bytes[at++]);
        } else {
            text_add_string(pool, &result, text_string(&with));
            at += length;
            is_done = part->operator== PARAMETER_REPLACE;
        }
    }
    text_free(pool, value);
    *value = result;
    text_free(pool, &pattern);
    text_free(pool, &with);
}

static void complain_unset(struct fields *fields, const struct part *part)
{
    struct text message = {0};

    (void)expand_plain(fields, part->word, &message);
    shell_complain(fields->machine, fields->proc, "%s: %s", part->text,
                   message.length > 0 ? message.bytes : "parameter not set");
    text_free(fields->machine->pool, &message);
    fields->failed = true;
}

static void assign_default(struct fields *fields, const struct part *part)
{
    struct text value = {0};

    fields->failed |= !expand_plain(fields, part->word, &value) ||
                      !variable_set(fields->machine, fields->proc, part->text, text_string(&value), false);
    add_value(fields, text_string(&value), part->quoted);
    text_free(fields->machine->pool, &value);
}

/* The operators that a word takes the place of the value with. */
static bool add_by_word(struct fields *fields, const struct part *part, bool is_set)
{
    switch (part->operator) {
    case PARAMETER_DEFAULT:
        if (!is_set) {
            fields->is_started |= part->quoted;
            return add_parts(fields, part->word->parts);
        }
        break;
    case PARAMETER_ALTERNATIVE:
        if (is_set) {
            fields->is_started |= part->quoted;
            return add_parts(fields, part->word->parts);
        }
        fields->is_started |= part->quoted;
        return true;
    case PARAMETER_ASSIGN:
        if (!is_set) {
            assign_default(fields, part);
            return true;
        }
        break;
    case PARAMETER_ERROR:
        if (!is_set) {
            complain_unset(fields, part);
            return true;
        }
        break;
    default:
        break;
    }
    return false;
}

static void add_parameter(struct fields *fields, const struct part *part)
{
    struct machine *machine = fields->machine;
    struct text value = {0};
    bool is_set = shell_parameter(machine, fields->proc, part->text, &value);
    bool is_list = part->text[0] == '@' || part->text[0] == '*';

    if (add_by_word(fields, part, is_set && !(part->or_empty && value.length == 0))) {
        text_free(machine->pool, &value);
        return;
    }
    if (!is_set && fields->proc->shell->nounset && !is_list && part->operator!= PARAMETER_ALTERNATIVE) {
        shell_complain(machine, fields->proc, "%s: parameter not set", part->text);
        fields->failed = true;
    }
    if (part->operator== PARAMETER_LENGTH) {
        uint32_t length = is_list ? text_string_count(&fields->proc->shell->parameters) : value.length;

        text_cut(&value, 0);
        text_printf(machine->pool, &value, "%u", length);
    } else if (part->operator>= PARAMETER_REPLACE) {
        replace(fields, part, &value);
    } else if (part->operator== PARAMETER_SLICE) {
        slice(fields, part, &value);
    } else if (part->operator>= PARAMETER_CUT_PREFIX) {
        cut_by_pattern(fields, part, &value);
    }
    if (part->operator== PARAMETER_PLAIN && fields->list != NULL && part->text[0] == '@' && part->quoted) {
        add_each_parameter(fields);
    } else {
        add_value(fields, text_string(&value), part->quoted);
    }
    text_free(machine->pool, &value);
}

static void add_arithmetic(struct fields *fields, const struct part *part)
{
    struct text expression = {0};
    int64_t value = 0;

    fields->failed |= !expand_plain(fields, part->word, &expression) ||
                      !shell_arithmetic(fields->machine, fields->proc, text_string(&expression), &value);
    text_cut(&expression, 0);
    text_printf(fields->machine->pool, &expression, "%lld", (long long)value);
    add_value(fields, text_string(&expression), part->quoted);
    text_free(fields->machine->pool, &expression);
}

static void add_text(struct fields *fields, const struct part *part, bool is_first)
{
    const char *text = part->text;

    if (is_first && !part->quoted && text[0] == '~' && (text[1] == '\0' || text[1] == '/')) {
        const char *home = variable_get(fields->proc, "HOME");

        add_value(fields, home == NULL ? "~" : home, true);
        text++;
    }
    if (part->quoted) {
        fields->is_started = true;
    }
    for (; *text != '\0'; text++) {
        add_literal(fields, *text, part->quoted);
    }
}

static bool add_parts(struct fields *fields, const struct part *part)
{
    bool is_first = true;

    for (; part != NULL && !fields->failed; part = part->next) {
        switch (part->kind) {
        case PART_TEXT:
            add_text(fields, part, is_first);
            break;
        case PART_PARAMETER:
            add_parameter(fields, part);
            break;
        case PART_COMMAND: {
            const char *result = text_string_at(&fields->frame->results, part->ordinal);

            add_value(fields, result == NULL ? "" : result, part->quoted);
            break;
        }
        default:
            add_arithmetic(fields, part);
            break;
        }
        is_first = false;
    }
    return true;
}

static bool is_only_parameters(const struct word *word)
{
    const struct part *part = word->parts;

    while (part != NULL && part->kind == PART_TEXT && part->text[0] == '\0') {
        part = part->next;
    }
    return part != NULL && part->next == NULL && part->kind == PART_PARAMETER && part->text[0] == '@' && part->quoted &&
           part->operator== PARAMETER_PLAIN;
}

bool expand_words(struct machine *machine, struct proc *proc, const struct frame *frame, const struct word *words,
                  struct text *list)
{
    struct fields fields = {.machine = machine, .proc = proc, .frame = frame, .list = list};

    for (const struct word *word = words; word != NULL && !fields.failed; word = word->next) {
        if (word->assigned != NULL) {
            struct text value = {0}; /* a word like an assignment, after the command */

            text_printf(machine->pool, &value, "%s=", word->assigned);
            add_value(&fields, value.bytes, true);
            text_free(machine->pool, &value);
        }
        if (is_only_parameters(word) && proc->shell->parameters.length == 0) {
            continue; /* "$@" without parameters is no field */
        }
        (void)add_parts(&fields, word->parts);
        end_field(&fields);
    }
    text_free(machine->pool, &fields.field);
    return !fields.failed;
}

bool expand_pattern(struct machine *machine, struct proc *proc, const struct frame *frame, const struct word *word,
                    struct text *pattern)
{
    struct fields fields = {.machine = machine, .proc = proc, .frame = frame};

    (void)add_parts(&fields, word->parts);
    text_add(machine->pool, pattern, text_string(&fields.field), fields.field.length);
    text_free(machine->pool, &fields.field);
    return !fields.failed;
}

bool expand_word(struct machine *machine, struct proc *proc, const struct frame *frame, const struct word *word,
                 struct text *result)
{
    struct text pattern = {0};
    bool ok = expand_pattern(machine, proc, frame, word, &pattern);

    make_plain(&pattern);
    text_add(machine->pool, result, text_string(&pattern), pattern.length);
    text_free(machine->pool, &pattern);
    return ok;
}
