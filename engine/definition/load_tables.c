/* Reference tables: what expressions may look up by a key (`tables`). Each is a file of its own
 * with a version, and the rows as one constant of the definition. */
#include "definition/load_step.h"

struct table {
    struct pl_text id;
    const struct pl_yaml *rows;
};

static void set_table(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct table *t = object;
    struct pl_text id = {0};

    if (pl_load_id(l, node, &id) && !pl_text_equal(id, t->id)) {
        struct pl_diag *diag = pl_diag_add(l->diags, pl_load_at(l, node), PL_DIAG_FILE_NAME,
                                           "table `%.*s` stands in file `tables/%.*s.yaml`",
                                           (int)id.len, id.at, (int)t->id.len, t->id.at);
        pl_diag_hint(diag, "Rename the file, or change the id.");
    }
}

static void set_title(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_title title = {0};

    (void)object;
    pl_load_title(l, node, &title);
}

static void set_version(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_text version = {0};

    (void)object;
    (void)pl_load_text(l, node, &version);
}

static void check_columns(struct pl_load *l, const struct pl_yaml *row, const struct pl_yaml *first)
{
    for (const struct pl_yaml *cell = row->first; cell != NULL; cell = cell->next) {
        struct pl_text id = {0};
        if (cell->kind != PL_YAML_SCALAR) {
            (void)pl_load_text(l, cell, &id);
        } else if (pl_load_id_key(l, cell, &id) && pl_yaml_get(first, cell->key.at) == NULL) {
            struct pl_diag *diag =
                pl_diag_add(l->diags, pl_load_at_key(l, cell), PL_DIAG_OUTPUTS,
                            "the first row has no column `%.*s`", (int)cell->key.len, cell->key.at);
            pl_diag_hint(diag, "All rows of a table have the same columns.");
            pl_diag_other(diag, pl_load_at_key(l, first), "the first row");
        }
    }
}

static void set_rows(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct table *t = object;
    const uint32_t mistakes = pl_load_mistakes(l);

    if (!pl_load_is_map(l, node, "`rows`")) {
        return;
    }
    if (node->count == 0) {
        (void)pl_diag_add(l->diags, pl_load_at_key(l, node), PL_DIAG_EMPTY, "a table without rows");
        return;
    }
    for (const struct pl_yaml *row = node->first; row != NULL; row = row->next) {
        if (!pl_load_is_map(l, row, "a row")) {
            return;
        }
        check_columns(l, row, node->first);
        check_columns(l, node->first, row);
    }
    if (pl_load_mistakes(l) == mistakes) {
        t->rows = node;
    }
}

/* The rows as one value in the memory of the definition. */
static struct pl_bytes write_rows(struct pl_load *l, const struct pl_yaml *rows)
{
    struct pl_writer out;
    const size_t size = pl_load_value_size(rows);
    void *memory = pl_load_alloc(l, size);

    pl_writer_init(&out, memory, memory != NULL ? size : 0);
    if (pl_yaml_write(rows, &out) != PLACET_OK && memory != NULL) {
        (void)pl_diag_add(l->diags, pl_load_at_key(l, rows), PL_DIAG_BAD_NUMBER,
                          "a number of this table is too large");
    }
    return pl_writer_bytes(&out);
}

static void load_table(struct pl_load *l, uint16_t file, struct pl_text id)
{
    static const struct pl_key keys[] = {
        {"table", true, set_table},
        {"title", false, set_title},
        {"version", true, set_version},
        {"rows", true, set_rows},
    };
    struct table t = {.id = id};
    const struct pl_yaml *root = pl_load_parse(l, file);

    if (root == NULL) {
        return;
    }
    l->file = file;
    pl_load_map(l, root, PL_KEYS("a table", keys), &t);
    l->tables[l->table_count++] = (struct pl_table_read){id, root, {0}};
    if (t.rows != NULL) {
        l->tables[l->table_count - 1].rows = write_rows(l, t.rows);
    }
    l->file = 0;
}

void pl_load_tables(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    const struct pl_yaml *items[PL_TABLES_MAX];
    const unsigned count = pl_load_list(l, node, items, PL_TABLES_MAX);
    char name[PL_BUNDLE_NAME_SIZE];

    (void)object;
    for (unsigned i = 0; i < count; i++) {
        struct pl_text id = {0};
        if (!pl_load_id(l, items[i], &id)) {
            continue;
        }
        pl_bundle_table_name(id, name);
        const int file = pl_bundle_find(l->bundle, name);
        if (file < 0) {
            pl_load_missing_file(l, items[i], name);
        } else {
            load_table(l, (uint16_t)file, id);
        }
    }
}
