/* The catalogues beside a workflow: who can be asked for what, and which documents there are. Both
 * are checked whole; the definition takes only what its steps use. */
#include <string.h>

#include "definition/load.h"

static const char *const levels[] = {"province", "city", "district", "intermediary", "enterprise"};
static const char *const sources[] = {"applicant", "department"};

/* ---- checking ---- */

static void check_service(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_text id = {0};
    struct pl_title title = {0};

    (void)object;
    for (const struct pl_yaml *entry = node->first; entry != NULL; entry = entry->next) {
        (void)pl_load_id_key(l, entry, &id);
        pl_load_title(l, entry, &title);
    }
}

static void check_services(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    if (!pl_load_is_map(l, node, "`services`")) {
        return;
    }
    if (node->count == 0) {
        (void)pl_diag_add(l->diags, pl_load_at_key(l, node), PL_DIAG_EMPTY,
                          "a department without services");
    }
    check_service(l, object, node);
}

static void check_title(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_title title = {0};

    (void)object;
    pl_load_title(l, node, &title);
}

static void check_level(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    unsigned level = 0;

    (void)object;
    (void)pl_load_word(l, node, levels, sizeof(levels) / sizeof(levels[0]), &level);
}

static void check_departments(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    static const struct pl_key keys[] = {{"title", true, check_title},
                                         {"level", true, check_level},
                                         {"services", true, check_services}};
    struct pl_text id = {0};

    (void)object;
    if (!pl_load_is_map(l, node, "`departments`")) {
        return;
    }
    for (const struct pl_yaml *entry = node->first; entry != NULL; entry = entry->next) {
        (void)pl_load_id_key(l, entry, &id);
        pl_load_map(l, entry, PL_KEYS("a department", keys), NULL);
    }
}

void pl_load_departments(struct pl_load *l)
{
    static const struct pl_key keys[] = {{"departments", true, check_departments}};

    const uint32_t mistakes = pl_load_mistakes(l);

    l->file = l->departments_file;
    pl_load_map(l, l->departments, PL_KEYS("the file of departments", keys), NULL);
    l->file = 0;
    l->departments_doubtful = pl_load_mistakes(l) > mistakes;
}

static void check_label(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_text text = {0};

    (void)object;
    pl_load_title_text(l, node, &text);
}

static void check_source(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    unsigned source = 0;

    (void)object;
    (void)pl_load_word(l, node, sources, sizeof(sources) / sizeof(sources[0]), &source);
}

static void check_valid(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_span span = {0};

    (void)object;
    (void)pl_load_span(l, node, &span);
}

static void check_documents(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    static const struct pl_key keys[] = {
        {"zh", true, check_label},
        {"en", true, check_label},
        {"from", true, check_source},
        {"valid", false, check_valid},
    };
    struct pl_text id = {0};

    (void)object;
    if (!pl_load_is_map(l, node, "`documents`")) {
        return;
    }
    for (const struct pl_yaml *entry = node->first; entry != NULL; entry = entry->next) {
        (void)pl_load_id_key(l, entry, &id);
        pl_load_map(l, entry, PL_KEYS("a document", keys), NULL);
    }
}

void pl_load_documents(struct pl_load *l)
{
    static const struct pl_key keys[] = {{"documents", true, check_documents}};

    const uint32_t mistakes = pl_load_mistakes(l);

    l->file = l->documents_file;
    pl_load_map(l, l->documents, PL_KEYS("the file of documents", keys), NULL);
    l->file = 0;
    l->documents_doubtful = pl_load_mistakes(l) > mistakes;
}

/* ---- using ---- */

static struct pl_text text_under(const struct pl_yaml *map, const char *key)
{
    const struct pl_yaml *node = map != NULL ? pl_yaml_get(map, key) : NULL;

    return node != NULL && node->kind == PL_YAML_SCALAR ? node->text : PL_TEXT("");
}

static struct pl_title keep_title(struct pl_load *l, const struct pl_yaml *map)
{
    return (struct pl_title){pl_load_keep(l, text_under(map, "zh")),
                             pl_load_keep(l, text_under(map, "en"))};
}

/* The entry of a map with that key, or NULL. */
static const struct pl_yaml *find(const struct pl_yaml *map, struct pl_text key)
{
    for (const struct pl_yaml *entry = map != NULL ? map->first : NULL; entry != NULL;
         entry = entry->next) {
        if (pl_text_equal(entry->key, key)) {
            return entry;
        }
    }
    return NULL;
}

static void suggest(const struct pl_yaml *map, struct pl_text word, const char *otherwise,
                    struct pl_diag *diag)
{
    struct pl_names names = {0};

    for (const struct pl_yaml *entry = map != NULL ? map->first : NULL; entry != NULL;
         entry = entry->next) {
        const struct pl_yaml *title = pl_yaml_get(entry, "title");
        const struct pl_yaml *label = title != NULL ? title : entry;
        pl_names_add(&names, entry->key, text_under(label, "zh"), text_under(label, "en"));
    }
    pl_names_suggest(&names, word, otherwise, diag);
}

static uint16_t use_department(struct pl_load *l, const struct pl_yaml *entry)
{
    struct pl_definition *def = l->def;

    for (uint16_t i = 0; i < def->department_count; i++) {
        if (pl_text_equal(def->departments[i].id, entry->key)) {
            return i;
        }
    }
    const struct pl_yaml *title = pl_yaml_get(entry, "title");
    def->departments[def->department_count] = (struct pl_department){
        .id = pl_load_keep(l, entry->key),
        .title = keep_title(l, title != NULL ? title : entry),
        .level = pl_load_keep(l, text_under(entry, "level")),
    };
    return def->department_count++;
}

static uint16_t use_service(struct pl_load *l, struct pl_text name,
                            const struct pl_yaml *department, const struct pl_yaml *service,
                            struct pl_diag_place place)
{
    struct pl_definition *def = l->def;

    for (uint16_t i = 0; i < def->service_count; i++) {
        if (pl_text_equal(def->services[i].name, name)) {
            return i;
        }
    }
    if (def->service_count == PL_SERVICES_MAX) {
        (void)pl_diag_add(l->diags, place, PL_DIAG_TOO_MANY, "more than %d different services",
                          PL_SERVICES_MAX);
        return UINT16_MAX;
    }
    def->services[def->service_count] = (struct pl_service){
        .name = pl_load_keep(l, name),
        .department = use_department(l, department),
        .title = keep_title(l, service),
    };
    return def->service_count++;
}

static void refuse_service(struct pl_load *l, struct pl_text name, struct pl_diag_place place)
{
    struct pl_diag *diag =
        pl_diag_add(l->diags, place, PL_DIAG_BAD_ID,
                    "`%.*s` does not name a department and its service", (int)name.len, name.at);
    pl_diag_hint(diag, "Write `department.service`, both from departments.yaml.");
}

static uint32_t character_count(const char *from, const char *to)
{
    uint32_t count = 0;

    for (; from < to; from++) {
        count += ((unsigned char)*from & 0xC0) != 0x80;
    }
    return count;
}

/* The part of a place that one of the two names takes, when the place shows the whole. */
static struct pl_diag_place part_of(struct pl_diag_place place, struct pl_text name,
                                    struct pl_text part)
{
    if (place.mark.length == character_count(name.at, name.at + name.len)) {
        place.mark.column += character_count(name.at, part.at);
        place.mark.length = character_count(part.at, part.at + part.len);
    }
    return place;
}

static void refuse_department(struct pl_load *l, const struct pl_yaml *all, struct pl_text id,
                              struct pl_diag_place place)
{
    struct pl_diag *diag = pl_diag_add(l->diags, place, PL_DIAG_NO_DEPARTMENT,
                                       "there is no department `%.*s`", (int)id.len, id.at);
    suggest(all, id, "The departments are in departments.yaml.", diag);
}

uint16_t pl_load_service(struct pl_load *l, struct pl_text name, struct pl_diag_place place)
{
    const char *dot = memchr(name.at, '.', name.len);
    const struct pl_text id = {name.at, dot != NULL ? (uint32_t)(dot - name.at) : 0};
    const struct pl_text rest = {name.at + id.len + 1, dot != NULL ? name.len - id.len - 1 : 0};

    if (id.len == 0 || rest.len == 0) {
        refuse_service(l, name, place);
        return UINT16_MAX;
    }
    if (l->departments == NULL) {
        return UINT16_MAX;
    }
    const struct pl_yaml *all = pl_yaml_get(l->departments, "departments");
    const struct pl_yaml *department = find(all, id);
    const struct pl_yaml *services =
        department != NULL ? pl_yaml_get(department, "services") : NULL;
    const struct pl_yaml *service = find(services, rest);
    if (department != NULL && service != NULL) {
        return use_service(l, name, department, service, place);
    }
    if (l->departments_doubtful) {
        return UINT16_MAX;
    }
    if (department == NULL) {
        refuse_department(l, all, id, part_of(place, name, id));
        return UINT16_MAX;
    }
    const struct pl_text zh = text_under(pl_yaml_get(department, "title"), "zh");
    struct pl_diag *diag = pl_diag_add(l->diags, part_of(place, name, rest), PL_DIAG_NO_SERVICE,
                                       "department `%.*s` %.*s has no service `%.*s`", (int)id.len,
                                       id.at, (int)zh.len, zh.at, (int)rest.len, rest.at);
    suggest(services, rest, "The services of a department are in departments.yaml.", diag);
    return UINT16_MAX;
}

uint16_t pl_load_document(struct pl_load *l, const struct pl_yaml *node)
{
    struct pl_definition *def = l->def;

    if (l->documents == NULL) {
        return UINT16_MAX;
    }
    for (uint16_t i = 0; i < def->document_count; i++) {
        if (pl_text_equal(def->documents[i].id, node->text)) {
            return i;
        }
    }
    const struct pl_yaml *all = pl_yaml_get(l->documents, "documents");
    const struct pl_yaml *entry = find(all, node->text);
    if (entry == NULL && l->documents_doubtful) {
        return UINT16_MAX;
    }
    if (entry == NULL) {
        struct pl_diag *diag =
            pl_diag_add(l->diags, pl_load_at(l, node), PL_DIAG_NO_DOCUMENT,
                        "there is no document `%.*s`", (int)node->text.len, node->text.at);
        suggest(all, node->text, "The documents are in documents.yaml.", diag);
        return UINT16_MAX;
    }
    if (def->document_count == PL_DOCUMENTS_MAX) {
        (void)pl_diag_add(l->diags, pl_load_at(l, node), PL_DIAG_TOO_MANY,
                          "more than %d different documents", PL_DOCUMENTS_MAX);
        return UINT16_MAX;
    }
    struct pl_document *document = &def->documents[def->document_count];
    *document = (struct pl_document){
        .id = pl_load_keep(l, entry->key),
        .title = keep_title(l, entry),
        .by_applicant = !pl_text_is(text_under(entry, "from"), "department"),
    };
    document->has_validity =
        pl_span_parse(text_under(entry, "valid"), &document->validity).message == NULL;
    return def->document_count++;
}
