/* Commands: POSIX XCU 2.9, 2.10. */
#include "fakes/docker/shell_tree.h"

#include <string.h>

/* ---- commands ------------------------------------------------------------------------------------------------ */

/* A node's own command substitutions are counted from here on; what was counted before comes back with end_node(). */
struct outer_commands {
    struct node *node;
    uint32_t count;
    struct part **commands;
};

static struct node *begin_node(struct parser *parser, enum node_kind kind, struct outer_commands *outer)
{
    struct node *node = script_take(parser, sizeof *node);

    *outer = (struct outer_commands){parser->node, parser->command_count, parser->commands};
    parser->node = node;
    node->kind = kind;
    parser->command_count = 0;
    parser->commands = &node->commands;
    return node;
}

static void end_node(struct parser *parser, const struct outer_commands *outer)
{
    parser->node = outer->node;
    parser->command_count = outer->count;
    parser->commands = outer->commands;
}

/* name=…: the name goes from the first part to word->assigned. */
static void note_assignment(struct parser *parser, struct word *word)
{
    struct part *first = word->parts;
    size_t length = 0;

    if (first == NULL || first->kind != PART_TEXT || first->quoted || !shell_is_name_start(first->text[0])) {
        return;
    }
    while (shell_is_name_char(first->text[length])) {
        length++;
    }
    if (first->text[length] == '=') {
        word->assigned = script_string(parser, first->text, length);
        first->text += length + 1;
    }
}

static struct node *parse_command(struct parser *parser);

static bool is_function_name(const struct word *word)
{
    return word->parts != NULL && word->parts->next == NULL && word->parts->kind == PART_TEXT && !word->parts->quoted &&
           shell_is_name_start(word->parts->text[0]);
}

static void parse_function(struct parser *parser, struct node *node)
{
    parser->at++;
    parse_skip_blanks(parser);
    if (parse_peek(parser, 0) != ')') {
        parse_fail_unexpected(parser, ")");
        return;
    }
    parser->at++;
    node->kind = NODE_FUNCTION;
    node->name = node->words->parts->text;
    node->words = NULL;
    parse_skip_newlines(parser);
    node->first = parse_command(parser);
}

static struct node *parse_simple(struct parser *parser)
{
    struct outer_commands outer;
    struct node *node = begin_node(parser, NODE_COMMAND, &outer);
    struct word **word_link = &node->words;
    struct redirect **redirect_link = &node->redirects;
    bool is_assigning = true;

    node->source = parser->text + parser->at;
    while (parser->script->error == NULL) {
        struct redirect *redirect = parse_redirect(parser);

        if (redirect != NULL) {
            *redirect_link = redirect;
            redirect_link = &redirect->next;
        } else {
            struct word *word = parse_word(parser);

            if (word == NULL) {
                break;
            }
            *word_link = word;
            word_link = &word->next;
            if (is_assigning) {
                note_assignment(parser, word);
                is_assigning = word->assigned != NULL;
            }
            if (parse_peek(parser, 0) == '(' && word == node->words && is_function_name(word)) {
                parse_function(parser, node);
                break;
            }
        }
        parse_skip_blanks(parser);
    }
    node->source_length = (uint32_t)(parser->text + parser->at - node->source);
    end_node(parser, &outer);
    if (node->words == NULL && node->redirects == NULL && node->kind == NODE_COMMAND) {
        parse_fail_unexpected(parser, NULL);
    }
    return node;
}

static struct node *parse_body(struct parser *parser, const char *wanted)
{
    struct node *list = parse_list(parser);

    if (list == NULL && parser->script->error == NULL) {
        parse_fail_unexpected(parser, parser->at < parser->length ? NULL : wanted);
    }
    return list;
}

/* From after `if` or `elif`. */
static void parse_if(struct parser *parser, struct node *node)
{
    node->first = parse_body(parser, "then");
    parse_expect(parser, "then");
    node->second = parse_body(parser, "fi");
    if (parser->script->error != NULL) {
        return;
    }
    if (parse_accept(parser, "elif")) {
        struct outer_commands outer;

        node->third = begin_node(parser, NODE_IF, &outer);
        end_node(parser, &outer);
        parse_if(parser, node->third); // NOLINT(misc-no-recursion): the text's own depth, bounded by its length
        return;
    }
    if (parse_accept(parser, "else")) {
        node->third = parse_body(parser, "fi");
    }
    parse_expect(parser, "fi");
}

static void parse_loop_body(struct parser *parser, struct node *node)
{
    parse_expect(parser, "do");
    node->second = parse_body(parser, "done");
    parse_expect(parser, "done");
}

static void parse_for(struct parser *parser, struct node *node)
{
    struct word **link = &node->words;
    uint32_t start;

    parse_skip_blanks(parser);
    start = parser->at;
    while (shell_is_name_char(parse_peek(parser, 0))) {
        parser->at++;
    }
    if (parser->at == start) {
        parse_fail(parser, "syntax error: bad for loop variable");
        return;
    }
    node->name = script_string(parser, parser->text + start, parser->at - start);
    if (parse_accept(parser, "in")) {
        struct word *word;

        node->flag = true;
        parse_skip_blanks(parser);
        while (parser->script->error == NULL && (word = parse_word(parser)) != NULL) {
            *link = word;
            link = &word->next;
            parse_skip_blanks(parser);
        }
    }
    parse_skip_blanks(parser);
    if (parse_peek(parser, 0) == ';') {
        parser->at++;
    }
    parse_loop_body(parser, node);
}

static struct node *parse_case_item(struct parser *parser)
{
    struct node *item = script_take(parser, sizeof *item);
    struct word **link = &item->words;
    struct word *word;

    item->kind = NODE_CASE_ITEM;
    if (parse_peek(parser, 0) == '(') {
        parser->at++;
    }
    do {
        parse_skip_blanks(parser);
        word = parse_word(parser);
        if (word == NULL) {
            parse_fail_unexpected(parser, NULL);
            return item;
        }
        *link = word;
        link = &word->next;
        parse_skip_blanks(parser);
    } while (parse_peek(parser, 0) == '|' && parser->at++ < parser->length);
    if (parse_peek(parser, 0) != ')') {
        parse_fail_unexpected(parser, ")");
        return item;
    }
    parser->at++;
    item->second = parse_list(parser);
    parse_skip_newlines(parser);
    if (parse_peek(parser, 0) == ';' && parse_peek(parser, 1) == ';') {
        parser->at += 2;
    } else if (!parse_next_is(parser, "esac")) {
        parse_fail_unexpected(parser, "esac");
    }
    return item;
}

static void parse_case(struct parser *parser, struct node *node)
{
    struct node **link = &node->first;

    parse_skip_blanks(parser);
    node->words = parse_word(parser);
    if (node->words == NULL) {
        parse_fail_unexpected(parser, NULL);
        return;
    }
    parse_expect(parser, "in");
    while (parser->script->error == NULL && !parse_accept(parser, "esac")) {
        *link = parse_case_item(parser);
        link = &(*link)->next;
    }
}

static const struct compound {
    const char *word;
    enum node_kind kind;
    bool flag;
} compounds[] = {
    {"if", NODE_IF, false},   {"while", NODE_WHILE, false}, {"until", NODE_WHILE, true},
    {"for", NODE_FOR, false}, {"case", NODE_CASE, false},   {"{", NODE_GROUP, false},
};

static void parse_compound(struct parser *parser, struct node *node)
{
    switch (node->kind) {
    case NODE_IF:
        parse_if(parser, node);
        break;
    case NODE_WHILE:
        node->first = parse_body(parser, "do");
        parse_loop_body(parser, node);
        break;
    case NODE_FOR:
        parse_for(parser, node);
        break;
    case NODE_CASE:
        parse_case(parser, node);
        break;
    case NODE_SUBSHELL:
        node->first = parse_body(parser, ")");
        parse_skip_newlines(parser);
        if (parse_peek(parser, 0) == ')') {
            parser->at++;
        } else {
            parse_fail_unexpected(parser, ")");
        }
        break;
    default:
        node->first = parse_body(parser, "}");
        parse_expect(parser, "}");
        break;
    }
    parse_redirects(parser, node);
}

static struct node *parse_command(struct parser *parser)
{
    const struct compound *compound = NULL;
    bool is_subshell = parse_peek(parser, 0) == '(';

    for (uint32_t i = 0; i < sizeof compounds / sizeof compounds[0]; i++) {
        if (parse_next_is(parser, compounds[i].word)) {
            compound = &compounds[i];
        }
    }
    if (compound == NULL && !is_subshell) {
        return parse_simple(parser);
    }
    struct outer_commands outer;
    struct node *node = begin_node(parser, is_subshell ? NODE_SUBSHELL : compound->kind, &outer);

    node->flag = compound != NULL && compound->flag;
    parser->at += is_subshell ? 1 : (uint32_t)strlen(compound->word);
    parse_compound(parser, node);
    end_node(parser, &outer);
    return node;
}

static struct node *parse_pipeline(struct parser *parser)
{
    struct node *pipeline = script_take(parser, sizeof *pipeline);
    struct node **link = &pipeline->first;

    pipeline->kind = NODE_PIPELINE;
    while (parse_next_is(parser, "!")) {
        parser->at++;
        pipeline->flag = !pipeline->flag;
        parse_skip_blanks(parser);
    }
    *link = parse_command(parser);
    link = &(*link)->next;
    parse_skip_blanks(parser);
    while (parser->script->error == NULL && parse_peek(parser, 0) == '|' && parse_peek(parser, 1) != '|') {
        parser->at++;
        parse_skip_newlines(parser);
        *link = parse_command(parser);
        link = &(*link)->next;
        parse_skip_blanks(parser);
    }
    return pipeline->first->next == NULL && !pipeline->flag ? pipeline->first : pipeline;
}

static struct node *parse_and_or(struct parser *parser)
{
    struct node *left = parse_pipeline(parser);

    parse_skip_blanks(parser);
    while (parser->script->error == NULL) {
        char c = parse_peek(parser, 0);

        if ((c != '&' && c != '|') || parse_peek(parser, 1) != c) {
            break;
        }
        struct node *both = script_take(parser, sizeof *both);

        both->kind = c == '&' ? NODE_AND : NODE_OR;
        parser->at += 2;
        parse_skip_newlines(parser);
        both->first = left;
        both->second = parse_pipeline(parser);
        left = both;
        parse_skip_blanks(parser);
    }
    return left;
}

static bool is_at_end_of_list(struct parser *parser)
{
    static const char *const closing[] = {"then", "else", "elif", "fi", "do", "done", "esac", "}"};

    if (parser->at >= parser->length || parse_peek(parser, 0) == ')' ||
        (parse_peek(parser, 0) == ';' && parse_peek(parser, 1) == ';')) {
        return true;
    }
    for (uint32_t i = 0; i < sizeof closing / sizeof closing[0]; i++) {
        if (parse_next_is(parser, closing[i])) {
            return true;
        }
    }
    return false;
}

struct node *parse_list(struct parser *parser)
{
    struct node *first = NULL;
    struct node **link = &first;

    if (++parser->depth > PARSE_DEPTH_MAX) {
        parse_fail(parser, "syntax error: nested too deeply");
    }
    parse_skip_newlines(parser);
    while (parser->script->error == NULL && !is_at_end_of_list(parser)) {
        struct node *item = script_take(parser, sizeof *item);

        item->kind = NODE_LIST;
        item->first = parse_and_or(parser);
        *link = item;
        link = &item->next;
        parse_skip_blanks(parser);
        if (parse_peek(parser, 0) == '&') {
            item->background = true;
            parser->at++;
        } else if (parse_peek(parser, 0) == ';' && parse_peek(parser, 1) != ';') {
            parser->at++;
        } else if (parse_peek(parser, 0) != '\n' && !is_at_end_of_list(parser)) {
            parse_fail_unexpected(parser, NULL);
        }
        parse_skip_newlines(parser);
    }
    parser->depth--;
    return first;
}

struct script *script_parse(struct pool *pool, const char *text, uint32_t length)
{
    struct parser parser = {.pool = pool, .script = pool_take(pool, sizeof(struct script)), .length = length};
    struct part *commands = NULL;

    parser.script->holders = 1;
    parser.script->text = script_string(&parser, text, length);
    parser.text = parser.script->text;
    parser.commands = &commands;
    parser.script->root = parse_list(&parser);
    if (parser.script->error == NULL && parser.at < parser.length) {
        parse_fail_unexpected(&parser, NULL);
    }
    if (parser.here_count > 0) {
        parse_skip_newline(&parser);
    }
    return parser.script;
}
