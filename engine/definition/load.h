/* The loader's inside: what its files share. Nothing outside of the room includes this.
 *
 * A definition is built twice from the same trees: first into scratch memory, to find every mistake
 * and to learn the size; then, if there was none, into memory of that size (and some that compilers
 * use and give back). */
#ifndef PL_DEFINITION_LOAD_H
#define PL_DEFINITION_LOAD_H

#include "base/arena.h"
#include "definition/bundle.h"
#include "definition/diag.h"
#include "definition/names.h"
#include "model/definition.h"
#include "value/cel.h"
#include "value/yaml.h"

/* What one decision does before it is known which step gives it. */
struct pl_decision_spec {
    const struct pl_yaml *node; /* NULL: a word of the language that the file does not list */
    enum pl_decision_effect effect;
    uint16_t result;
    const struct pl_yaml *ends;
    const struct pl_yaml *back_to;
    uint16_t at_most;
    bool waits_for_applicant;
    enum pl_clock_rule clock;
    bool reason_required;
    bool undo;
    uint16_t then;
    const struct pl_yaml *keeps;
    uint64_t keep[PL_STEPS_MAX / 64];
};

/* An expression that named a step: whether that step comes before is known when all are read. */
struct pl_mention {
    struct pl_mention *next;
    struct pl_diag_place place;
    uint16_t of;   /* the step of the expression */
    uint16_t step; /* that it names */
    bool needs;    /* it has no value unless the named step is done */
};

/* A reference table of the file. */
#define PL_TABLES_MAX 16
struct pl_table_read {
    struct pl_text id;
    const struct pl_yaml *root;
    struct pl_bytes rows; /* size 0: there are none */
};

struct pl_load {
    const struct pl_bundle *bundle;
    struct pl_diags *diags;
    struct pl_arena *trees; /* of the files; lives as long as the load */
    size_t files_end;       /* of them; what a pass puts behind ends with it */
    struct pl_arena *arena; /* of the definition */
    bool full;              /* a definition that does not fit its memory */

    const struct pl_yaml *workflow;
    const struct pl_yaml *calendar; /* NULL: absent, or not YAML */
    const struct pl_yaml *departments;
    const struct pl_yaml *documents;
    struct pl_bytes form; /* the schema as MessagePack; size 0: absent, or not JSON */
    uint16_t calendar_file;
    uint16_t departments_file;
    uint16_t documents_file;
    uint16_t form_file;
    uint16_t file; /* of the place that is being read */

    struct pl_definition *def;
    const struct pl_yaml *stages;
    const struct pl_yaml *late;
    const struct pl_yaml *targets;
    const struct pl_yaml *intake;
    const struct pl_yaml *steps[PL_STEPS_MAX]; /* of a step that was made: its key */
    uint16_t made_by[PL_STEPS_MAX];            /* the step whose key made it, or PL_NO_STEP */
    const struct pl_yaml *results[PL_RESULTS_MAX];
    struct pl_decision_spec specs[PL_DECISIONS_MAX];
    const struct pl_yaml *groups[PL_STEPS_MAX]; /* where each name of `exclusive` stands first */
    uint16_t group_count;
    struct pl_mention *mentions;
    bool lists_decisions; /* the file has `decisions` */
    struct pl_table_read tables[PL_TABLES_MAX];
    uint16_t table_count;
    const struct pl_retry *retry;                  /* of the file, for each step without its own */
    const struct pl_schema *answers[PL_STEPS_MAX]; /* what each step answers, where it is known */
    uint16_t order[PL_STEPS_MAX];                  /* steps, each after all of its ancestors */
    bool acyclic;

    /* Where something was reported already, what follows from it is not. */
    bool doubtful[PL_STEPS_MAX];
    bool steps_doubtful;
    bool departments_doubtful;
    bool documents_doubtful;
};

/* One key of a map. `set` is called with the value's node when the key is there. */
struct pl_key {
    const char *name;
    bool required;
    void (*set)(struct pl_load *l, void *object, const struct pl_yaml *node);
};
struct pl_keys {
    const char *what; /* "a step" */
    const struct pl_key *at;
    size_t count;
};
#define PL_KEYS(WHAT, TABLE) ((struct pl_keys){(WHAT), (TABLE), sizeof(TABLE) / sizeof((TABLE)[0])})

/* Checks a map against its table and calls the setters in the order of the table. `owner` is where
 * a missing key is reported; NULL: the map itself. */
void pl_load_map(struct pl_load *l, const struct pl_yaml *node, struct pl_keys keys, void *object);

/* Whether a key of the map, which is reported where it stands, was probably meant to be that one.
 */
bool pl_load_is_meant(const struct pl_yaml *map, const char *key);

/* How many mistakes were found so far; more than before: something was reported meanwhile. */
uint32_t pl_load_mistakes(const struct pl_load *l);

/* ---- diagnostics at nodes ---- */

struct pl_diag_place pl_load_at(const struct pl_load *l, const struct pl_yaml *node);
struct pl_diag_place pl_load_at_key(const struct pl_load *l, const struct pl_yaml *node);

/* ---- values: each reports what is wrong and returns false ---- */

/* A text in the definition's memory, NUL-terminated; empty when it is full. */
struct pl_text pl_load_keep(struct pl_load *l, struct pl_text text);
void *pl_load_alloc(struct pl_load *l, size_t size);
/* Whether a compiler that met a limit may have met the end of this memory: then the definition is
 * tried again with more. */
bool pl_load_ran_out(struct pl_load *l, const struct pl_arena *arena, int rc);

bool pl_load_is_map(struct pl_load *l, const struct pl_yaml *node, const char *what);
bool pl_load_text(struct pl_load *l, const struct pl_yaml *node, struct pl_text *out);
bool pl_load_int(struct pl_load *l, const struct pl_yaml *node, int64_t min, int64_t max,
                 int64_t *out);
bool pl_load_bool(struct pl_load *l, const struct pl_yaml *node, bool *out);
/* Of a key that can only be `true`: whether it is. */
bool pl_load_true(struct pl_load *l, const struct pl_yaml *node);
bool pl_load_word(struct pl_load *l, const struct pl_yaml *node, const char *const *words,
                  size_t word_count, unsigned *out);

/* An id as a value, and as the key of a map entry. */
bool pl_load_id(struct pl_load *l, const struct pl_yaml *node, struct pl_text *out);
bool pl_load_id_key(struct pl_load *l, const struct pl_yaml *node, struct pl_text *out);
bool pl_load_is_id(struct pl_text text);

/* {zh, en}, and one side of it. */
void pl_load_title(struct pl_load *l, const struct pl_yaml *node, struct pl_title *out);
void pl_load_title_text(struct pl_load *l, const struct pl_yaml *node, struct pl_text *out);

/* One text or a list of different texts; returns how many, at most `max`. */
unsigned pl_load_list(struct pl_load *l, const struct pl_yaml *node, const struct pl_yaml **items,
                      unsigned max);

/* Room for the node as MessagePack (pl_yaml_write), generously. */
size_t pl_load_value_size(const struct pl_yaml *node);

/* A file of JSON as MessagePack in the memory of the trees; size 0 when it is none. */
struct pl_bytes pl_load_json(struct pl_load *l, uint16_t file);

/* Compiles the schema that stands in a file, or at a node of the workflow (NULL: the file is the
 * schema); NULL when it is wrong. */
const struct pl_schema *pl_load_schema(struct pl_load *l, struct pl_bytes schema, uint16_t file,
                                       const struct pl_yaml *node);

/* "20 working days", "7wd", "30 days". Message NULL: it is right, and `*out` is set. */
struct pl_span_mistake {
    const char *message;
    const char *hint;
};
struct pl_span_mistake pl_span_parse(struct pl_text text, struct pl_span *out);
/* The same time in the words of the language, where it is certain which is meant. */
bool pl_span_mend(struct pl_text text, char out[PL_FIX_TEXT_MAX]);
bool pl_load_span(struct pl_load *l, const struct pl_yaml *node, struct pl_span *out);
/* An expression that gives a day, "YYYY-MM-DD". */
const struct pl_cel_program *pl_load_day(struct pl_load *l, const struct pl_step_def *step,
                                         const struct pl_yaml *node);

/* ---- expressions ---- */

/* Which steps an expression may read. */
enum pl_reach {
    PL_REACH_NONE,   /* the form and the case only */
    PL_REACH_BEFORE, /* steps before its own */
    PL_REACH_ALL
};

struct pl_expression {
    uint16_t step; /* whose it is; PL_NO_STEP: of the file */
    enum pl_reach reach;
    enum pl_cel_type wanted;
    bool item;  /* it may read `item` */
    bool items; /* it may read `items` */
};

/* The program of a value in the file; NULL when it is none, which is reported. */
const struct pl_cel_program *pl_load_expression(struct pl_load *l, const struct pl_yaml *node,
                                                const struct pl_expression *e);

/* The same of a text that was put together; of it `part` stands in the node. With `scratch` it is
 * only checked. */
const struct pl_cel_program *pl_load_expression_of(struct pl_load *l, const struct pl_yaml *node,
                                                   struct pl_text source, struct pl_text part,
                                                   const struct pl_expression *e, bool scratch);

/* A condition of a step: over the form and the steps before. */
const struct pl_cel_program *pl_load_when(struct pl_load *l, const struct pl_step_def *step,
                                          const struct pl_yaml *node);

/* What a name in an expression stands for: a variable of the definition, which is entered when it
 * is used first. False when it is no name, with the nearest one if there is one. */
struct pl_name_read {
    struct pl_cel_binding binding;
    uint16_t step;   /* whose it is, or PL_NO_STEP */
    bool needs_done; /* there is no value unless that step is done */
    bool optional;   /* it may be absent even so */
};
bool pl_load_name(struct pl_load *l, const struct pl_expression *e, struct pl_text path,
                  struct pl_name_read *out, const char **suggestion_out);

/* ---- parts of the file ---- */

void pl_load_workflow(struct pl_load *l);

/* The tree of a file of the bundle; NULL when it is no YAML, which is reported. */
const struct pl_yaml *pl_load_parse(struct pl_load *l, uint16_t file);

/* Reports a file that should be in the bundle, at the node that names it (NULL: none does). */
void pl_load_missing_file(struct pl_load *l, const struct pl_yaml *node, const char *name);

void pl_load_calendar(struct pl_load *l, const struct pl_yaml *root, struct pl_calendar *calendar);
void pl_load_departments(struct pl_load *l);
void pl_load_documents(struct pl_load *l);
void pl_load_decisions(struct pl_load *l, const struct pl_yaml *node);
void pl_load_add_result(struct pl_load *l, struct pl_text id, struct pl_title title);
uint16_t pl_load_find_result(const struct pl_definition *def, struct pl_text id);
uint16_t pl_load_result_ref(struct pl_load *l, const struct pl_yaml *node);
void pl_load_finish_ids(struct pl_load *l, const struct pl_yaml *node);
void pl_load_finish(struct pl_load *l);
void pl_load_step_ids(struct pl_load *l, const struct pl_yaml *node);
void pl_load_step_titles(struct pl_load *l);
void pl_load_steps(struct pl_load *l);

/* Steps that are made of keys. */
void pl_load_intake_names(struct pl_load *l);
void pl_load_intake(struct pl_load *l, struct pl_step_def *step);
void pl_load_intake_keys(struct pl_load *l, struct pl_step_def *step, const struct pl_yaml *node);
void pl_load_delivery(struct pl_load *l, struct pl_step_def *step, uint16_t of);
void pl_load_obligation(struct pl_load *l, struct pl_step_def *step, uint16_t of);
/* Which obligations each step waits for; when all steps are there. */
void pl_load_blocks(struct pl_load *l);

/* ---- references: each reports what is not there ---- */

/* Arcs of `after`: of a step or of a result. */
struct pl_arcs {
    enum pl_join join;
    uint16_t need;
    struct pl_arc *at;
    uint16_t count;
};
void pl_load_after(struct pl_load *l, const struct pl_yaml *node, struct pl_arcs *out);

/* Adds the steps of a list to a mask. */
void pl_load_steps_mask(struct pl_load *l, const struct pl_yaml *node,
                        uint64_t mask[static PL_STEPS_MAX / 64]);

/* A part of the text of a node: `len` bytes from `start`. */
struct pl_diag_place pl_load_at_part(const struct pl_load *l, const struct pl_yaml *node,
                                     struct pl_text part);
uint16_t pl_load_step_ref(struct pl_load *l, const struct pl_yaml *node, struct pl_text id);

/* The number of a service or document in the definition, entered when it is used first; UINT16_MAX
 * when there is none, which is reported. */
uint16_t pl_load_service(struct pl_load *l, struct pl_text name, struct pl_diag_place place);
uint16_t pl_load_document(struct pl_load *l, const struct pl_yaml *node);

/* Every section and field of the form, by path, with its titles. */
void pl_load_field_names(struct pl_load *l, struct pl_names *names);

struct pl_digest pl_canonical_hash(const struct pl_load *l);

#endif
