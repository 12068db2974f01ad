/* What a shell's text means, as a tree: POSIX XCU 2 (Shell Command Language,
 * https://pubs.opengroup.org/onlinepubs/9699919799/utilities/V3_chap02.html), with what busybox's ash adds and clients
 * use.
 *
 * A script owns the memory of its tree and is shared by count: a loop that goes on, a function that stays, a part that
 * runs in the background. A tree never changes once parsed.
 */
#ifndef DRYDOCK_FAKES_DOCKER_SHELL_TREE_H
#define DRYDOCK_FAKES_DOCKER_SHELL_TREE_H

#include "fakes/docker/pool.h"

enum node_kind {
    NODE_COMMAND,  /* words, redirects */
    NODE_PIPELINE, /* first…: the commands; flag: `!` */
    NODE_AND,      /* first && second */
    NODE_OR,
    NODE_LIST,      /* first…, each in the background where its `background` says so */
    NODE_IF,        /* first: condition, second: then, third: else or NULL */
    NODE_WHILE,     /* first: condition, second: body; flag: `until` */
    NODE_FOR,       /* name, words when flag (`in`), second: body */
    NODE_CASE,      /* words: one; first…: NODE_CASE_ITEMs */
    NODE_CASE_ITEM, /* words: patterns; second: body or NULL */
    NODE_SUBSHELL,  /* first */
    NODE_GROUP,     /* first */
    NODE_FUNCTION,  /* name, first: body */
};

enum part_kind {
    PART_TEXT,       /* text */
    PART_PARAMETER,  /* text: name; operator, word: ${name:-word} … */
    PART_COMMAND,    /* node (or NULL): $(…), `…` */
    PART_ARITHMETIC, /* word */
};

enum parameter_operator {
    PARAMETER_PLAIN,
    PARAMETER_LENGTH,      /* ${#name} */
    PARAMETER_DEFAULT,     /* - */
    PARAMETER_ASSIGN,      /* = */
    PARAMETER_ALTERNATIVE, /* + */
    PARAMETER_ERROR,       /* ? */
    PARAMETER_CUT_PREFIX,  /* # */
    PARAMETER_CUT_PREFIX_LONG,
    PARAMETER_CUT_SUFFIX, /* % */
    PARAMETER_CUT_SUFFIX_LONG,
    PARAMETER_SLICE,   /* :from[:length] */
    PARAMETER_REPLACE, /* /pattern/text */
    PARAMETER_REPLACE_ALL,
};

struct node;
struct word;

struct part {
    struct part *next;
    enum part_kind kind;
    bool quoted;
    bool or_empty; /* the operator has a colon: empty counts as unset */
    enum parameter_operator operator;
    const char *text;
    const struct word *word;   /* NULL: none */
    const struct word *second; /* of a slice, of a replacement; NULL: none */
    const struct node *node;
    uint32_t ordinal;          /* of a PART_COMMAND: which of its node's it is */
    struct part *next_command; /* the node's next PART_COMMAND */
};

struct word {
    struct word *next;
    struct part *parts;
    const char *assigned; /* it is an assignment: the name; the parts are the value */
};

enum redirect_kind { REDIRECT_READ, REDIRECT_WRITE, REDIRECT_APPEND, REDIRECT_READ_WRITE, REDIRECT_DUP, REDIRECT_HERE };

struct redirect {
    struct redirect *next;
    enum redirect_kind kind;
    int fd;
    struct word *word; /* path, descriptor or `-`, or the here-document */
};

struct node {
    struct node *next;
    enum node_kind kind;
    bool flag;
    bool background;
    const char *name;
    struct node *first, *second, *third;
    struct word *words;
    struct redirect *redirects;
    struct part *commands; /* command substitutions of its words and redirects, in order */
    const char *source;    /* NODE_COMMAND: its text, for lists of processes */
    uint32_t source_length;
};

struct script_block {
    struct script_block *next;
    uint32_t used, size; /* of what follows */
};

struct script {
    uint32_t holders;
    struct script_block *blocks;
    char *text;              /* its source, in its memory */
    const struct node *root; /* NULL: nothing to do */
    const char *error;       /* in its memory; NULL: it could be parsed */
    bool incomplete;         /* the text ends amid a construct: an interactive shell reads on */
};

/* A script with one holder. */
struct script *script_parse(struct pool *pool, const char *text, uint32_t length);
void script_hold(struct script *script);
/* The last holder's release gives its memory back. NULL is nothing. */
void script_release(struct pool *pool, struct script *script);

/* ---- for the parser's two halves: shell_words.c and shell_parse.c -------------------------------------------- */

enum { PARSE_DEPTH_MAX = 48, HERE_DOCUMENTS_MAX = 16 };

struct here_document {
    struct redirect *redirect;
    struct node *node; /* whose redirection it is */
    const char *end;   /* its last line */
    bool plain;        /* the word was quoted */
    bool strip_tabs;
};

struct parser {
    struct pool *pool;
    struct script *script;
    const char *text;
    uint32_t at, length;
    uint32_t depth;
    struct node *node;                             /* at hand */
    uint32_t command_count;                        /* command substitutions of the node at hand */
    struct part **commands;                        /* where the next of them is linked */
    struct here_document here[HERE_DOCUMENTS_MAX]; /* whose bodies follow at the next newline */
    uint32_t here_count;
};

void *script_take(struct parser *parser, size_t size);
char *script_string(struct parser *parser, const char *text, size_t length);
void parse_fail(struct parser *parser, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The text ends where more must come. */
void parse_end_early(struct parser *parser, const char *wanted);
/* The character `ahead` of the place where it reads; NUL behind the end. */
char parse_peek(const struct parser *parser, uint32_t ahead);
void parse_skip_blanks(struct parser *parser);
/* The newline at hand, with the here-documents whose bodies follow it. */
void parse_skip_newline(struct parser *parser);
void parse_skip_newlines(struct parser *parser);
/* Whether the next word is exactly this one; takes it, after newlines; fails when it is another. */
bool parse_next_is(struct parser *parser, const char *word);
bool parse_accept(struct parser *parser, const char *word);
void parse_expect(struct parser *parser, const char *word);
/* Says what stands where something else must; `wanted` NULL: anything. */
void parse_fail_unexpected(struct parser *parser, const char *wanted);
/* A redirection at this place, with the digit before it, or NULL. */
struct redirect *parse_redirect(struct parser *parser);
/* All that follow a compound command. */
void parse_redirects(struct parser *parser, struct node *node);
/* A word from here on; NULL when there is none. `stops`: characters that end it beside the usual (NULL: none). */
struct word *parse_word(struct parser *parser);
/* A list of commands up to one of the closing words or characters, which is left unread. */
struct node *parse_list(struct parser *parser);
/* The word of a here-document or an arithmetic expression: everything in `text` as within double quotes. */
struct word *parse_quoted_text(struct parser *parser, const char *text, uint32_t length);
bool shell_is_name_start(char c);
bool shell_is_name_char(char c);

#endif
