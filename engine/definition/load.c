#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "definition/check.h"
#include "definition/definition.h"
#include "definition/fix.h"
#include "value/json.h"
#include "value/mistake.h"

#define COMPILE_ROOM (1u << 20) /* what a compiler uses and gives back, at most; hardly touched */
#define TREES_MIN    (4u << 20) /* for what is compiled only to be checked */

/* ---- building ---- */

static bool enter_tables(struct pl_load *l)
{
    struct pl_definition *def = l->def;
    const struct pl_yaml *steps = pl_yaml_get(l->workflow, "steps");
    uint32_t services = 1; /* of the intake */

    for (const struct pl_yaml *step = steps != NULL ? steps->first : NULL; step != NULL;
         step = step->next) {
        const struct pl_yaml *for_each = pl_yaml_get(step, "for_each");
        const struct pl_yaml *ask = pl_yaml_get(step, "ask");
        services += 2 + (for_each != NULL ? for_each->count : 0); /* who is asked, and `undo` */
        services += ask != NULL ? ask->count : 0;
    }
    if (services > PL_SERVICES_MAX) {
        services = PL_SERVICES_MAX;
    }
    def->services = pl_load_alloc(l, services * sizeof(*def->services));
    def->departments = pl_load_alloc(l, services * sizeof(*def->departments));
    def->documents = pl_load_alloc(l, PL_DOCUMENTS_MAX * sizeof(*def->documents));
    def->variables = pl_load_alloc(l, PL_VARIABLES_MAX * sizeof(*def->variables));
    if (l->full) {
        return false;
    }
    def->variables[def->variable_count++] =
        (struct pl_variable){.kind = PL_VARIABLE_FORM, .step = PL_NO_STEP};
    return true;
}

/* Everything that reads the trees and reports what is wrong. */
static void build(struct pl_load *l)
{
    l->trees->used = l->files_end; /* what the pass before has left there */
    l->def = pl_load_alloc(l, sizeof(*l->def));
    l->file = 0;
    l->late = NULL;
    l->intake = NULL;
    l->stages = NULL;
    l->targets = NULL;
    memset(l->steps, 0, sizeof(l->steps));
    memset(l->results, 0, sizeof(l->results));
    memset(l->specs, 0, sizeof(l->specs));
    memset(l->doubtful, 0, sizeof(l->doubtful));
    l->steps_doubtful = false;
    memset(l->answers, 0, sizeof(l->answers));
    l->group_count = 0;
    l->table_count = 0;
    l->lists_decisions = false;
    l->retry = NULL;
    l->mentions = NULL;
    if (l->def == NULL || l->workflow == NULL) {
        return;
    }
    l->def->intake = PL_NO_STEP;
    l->def->targets = (struct pl_targets){.procedures = -1, .visits = -1, .cost = -1};
    if (l->departments != NULL) {
        pl_load_departments(l);
    }
    if (l->documents != NULL) {
        pl_load_documents(l);
    }
    if (enter_tables(l)) {
        pl_load_workflow(l);
        pl_definition_seal(l->def);
    }
}

/* What can only be said of a definition whose parts are all right. */
static void check(struct pl_load *l)
{
    if (l->def->step_count == 0 || l->full || l->steps_doubtful) {
        return;
    }
    pl_check_graph(l);
    if (!l->acyclic) {
        return;
    }
    pl_check_mentions(l);
    pl_check_undo(l);
    pl_check_data(l);
    if (l->diags->count == 0) {
        pl_check_reach(l);
    }
    if (l->diags->count == 0) {
        pl_check_time(l);
    }
}

/* ---- the files ---- */

const struct pl_yaml *pl_load_parse(struct pl_load *l, uint16_t file)
{
    const struct pl_bundle_file *source = &l->bundle->files[file];
    struct placet_error err = {0};
    struct pl_yaml *root = NULL;

    const int rc = pl_yaml_parse(source->text, "", l->trees, &root, &err);
    if (rc == PLACET_OK) {
        return root;
    }
    const struct pl_diag_place place = {file, {err.line, err.column, 1}};
    struct pl_diag *diag = pl_diag_add(
        l->diags, place, rc == PLACET_ELIMIT ? PL_DIAG_TOO_LARGE : PL_DIAG_YAML, "%s", err.message);
    if (err.hint[0] != '\0') {
        pl_diag_hint(diag, "%s", err.hint);
    }
    if (rc == PLACET_EINVALID) {
        pl_fix_yaml(diag, source->text);
    }
    return NULL;
}

/* A catalogue that every workflow has beside it. */
static const struct pl_yaml *parse_beside(struct pl_load *l, const char *name, uint16_t *file_out)
{
    const int file = pl_bundle_find(l->bundle, name);

    if (file < 0) {
        pl_load_missing_file(l, NULL, name);
        return NULL;
    }
    *file_out = (uint16_t)file;
    return pl_load_parse(l, *file_out);
}

static struct pl_text id_under(const struct pl_yaml *map, const char *key)
{
    const struct pl_yaml *node = pl_yaml_get(map, key);

    return node != NULL && node->kind == PL_YAML_SCALAR && pl_load_is_id(node->text) ? node->text
                                                                                     : PL_TEXT("");
}

static void parse_files(struct pl_load *l)
{
    char name[PL_BUNDLE_NAME_SIZE];

    l->workflow = pl_load_parse(l, 0);
    if (l->workflow == NULL) {
        return;
    }
    l->departments = parse_beside(l, PL_BUNDLE_DEPARTMENTS, &l->departments_file);
    l->documents = parse_beside(l, PL_BUNDLE_DOCUMENTS, &l->documents_file);
    pl_bundle_calendar_name(id_under(l->workflow, "calendar"), name);
    const int calendar = pl_bundle_find(l->bundle, name);
    if (calendar >= 0) {
        l->calendar_file = (uint16_t)calendar;
        l->calendar = pl_load_parse(l, l->calendar_file);
    }
    pl_bundle_form_name(id_under(l->workflow, "form"), name);
    const int form = pl_bundle_find(l->bundle, name);
    if (form >= 0) {
        l->form_file = (uint16_t)form;
        l->form = pl_load_json(l, l->form_file);
    }
}

/* ---- loading ---- */

static int refuse(const struct pl_load *l, struct placet_error *err)
{
    const struct pl_diag *first = &l->diags->list[0];
    const struct pl_text name = l->bundle->files[first->place.file].name;
    char file[PL_BUNDLE_NAME_SIZE];
    struct pl_builder b;

    pl_builder_init(&b, file, sizeof(file));
    pl_builder_add(&b, name);
    const struct pl_place place = {file, first->place.mark.line, first->place.mark.column};
    return pl_mistake(err, PLACET_EINVALID, place, first->hint, "%s", first->message);
}

/* Both passes. The scratch arenas are the caller's. */
static int load(struct pl_load *l, struct pl_definition **def_out, struct placet_error *err)
{
    struct pl_arena exact;

    parse_files(l);
    l->files_end = l->trees->used;
    build(l);
    if (l->workflow != NULL && !l->full) {
        check(l);
    }
    if (l->full) {
        const struct pl_diag_place whole = {.file = 0};
        (void)pl_diag_add(l->diags, whole, PL_DIAG_TOO_LARGE,
                          "the definition is larger than the engine can hold");
    }
    pl_diags_sort(l->diags);
    if (l->diags->count > 0) {
        return refuse(l, err);
    }

    const size_t size = l->arena->used;
    void *block = malloc(size + COMPILE_ROOM);
    if (block == NULL) {
        return pl_mistake(err, PLACET_ENOMEM, (struct pl_place){0}, NULL, "out of memory");
    }
    pl_arena_init(&exact, block, size + COMPILE_ROOM);
    l->arena = &exact;
    build(l);
    check(l);
    PL_CHECK(!l->full && l->diags->count == 0 && (void *)l->def == block);
    l->def->hash = pl_canonical_hash(l);
    *def_out = l->def;
    return PLACET_OK;
}

static size_t text_size(const struct pl_bundle *files)
{
    size_t size = 0;

    for (uint32_t i = 0; i < files->count; i++) {
        size += files->files[i].text.len;
    }
    return size;
}

static size_t at_most(size_t size, size_t size_max)
{
    return size < size_max ? size : size_max;
}

/* Room for the trees of these files: a node takes up to 64 bytes for each byte of its text. */
static size_t trees_size(const struct pl_bundle *files)
{
    return at_most(TREES_MIN + text_size(files) * 64, PL_LOAD_SCRATCH_MAX);
}

/* One try, with so much room for the definition. `*full_out`: it did not fit. */
static int load_within(const struct pl_bundle *files, size_t room, struct pl_diags *diags,
                       struct pl_definition **def_out, bool *full_out, struct placet_error *err)
{
    struct pl_arena trees;
    struct pl_arena scratch;
    const size_t size = trees_size(files);
    struct pl_load *l = calloc(1, sizeof(*l));
    void *memory = malloc(size + room);

    *full_out = false;
    if (l == NULL || memory == NULL) {
        free(l);
        free(memory);
        return pl_mistake(err, PLACET_ENOMEM, (struct pl_place){0}, NULL, "out of memory");
    }
    diags->count = 0;
    diags->left_out = 0;
    pl_arena_init(&trees, memory, size);
    pl_arena_init(&scratch, (unsigned char *)memory + size, room);
    l->bundle = files;
    l->diags = diags;
    l->trees = &trees;
    l->arena = &scratch;
    const int rc = load(l, def_out, err);
    *full_out = l->full;
    free(l);
    free(memory);
    return rc;
}

int pl_definition_load(struct pl_bytes bundle, struct pl_diags *diags,
                       struct pl_definition **def_out, struct placet_error *err)
{
    struct pl_bundle files = {0};
    bool full = false;

    diags->count = 0;
    diags->left_out = 0;
    int rc = pl_bundle_parse(bundle, &files, err);
    if (rc != PLACET_OK) {
        (void)pl_diag_add(diags, (struct pl_diag_place){.file = 0}, PL_DIAG_BUNDLE,
                          "these bytes are not a bundle of files");
        return rc;
    }
    /* Most definitions are no larger than a few times their text; one that is tries again. */
    const size_t room = at_most(PL_DEFINITION_MIN + text_size(&files) * 8, PL_DEFINITION_MAX);
    rc = load_within(&files, room, diags, def_out, &full, err);
    return full && room < PL_DEFINITION_MAX
               ? load_within(&files, PL_DEFINITION_MAX, diags, def_out, &full, err)
               : rc;
}

void pl_definition_free(struct pl_definition *def)
{
    free(def);
}

int pl_calendar_load(struct pl_text yaml, const char *name, struct pl_diags *diags,
                     struct pl_calendar *calendar_out)
{
    struct pl_bundle bundle = {.count = 1, .files = {{pl_text_of(name), yaml}}};
    const size_t size = trees_size(&bundle);
    struct pl_arena trees;
    struct pl_calendar calendar = {0};
    struct pl_load *l = calloc(1, sizeof(*l));
    void *memory = malloc(size);

    diags->count = 0;
    diags->left_out = 0;
    if (l == NULL || memory == NULL) {
        free(l);
        free(memory);
        return PLACET_ENOMEM;
    }
    pl_arena_init(&trees, memory, size);
    l->bundle = &bundle;
    l->diags = diags;
    l->trees = &trees;
    l->arena = &trees;
    l->calendar = pl_load_parse(l, 0);
    if (l->calendar != NULL) {
        pl_load_calendar(l, l->calendar, &calendar);
    }
    pl_diags_sort(diags);
    free(l);
    free(memory);
    if (diags->count > 0) {
        return PLACET_EINVALID;
    }
    *calendar_out = calendar;
    return PLACET_OK;
}
