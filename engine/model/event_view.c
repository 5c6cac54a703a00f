#include "model/event_view.h"

#include <string.h>

#define FIXED_SIZE 2560 /* ids, titles in two languages, key, times */

void pl_write_title(struct pl_writer *out, const char *key, struct pl_title title)
{
    pl_write_string(out, key);
    pl_write_map(out, 2);
    pl_write_key_text(out, "zh", title.zh);
    pl_write_key_text(out, "en", title.en);
}

/* ---- fields ---- */

struct field_writer {
    struct pl_writer *out;
    const struct pl_definition *def; /* NULL: unknown */
    bool values;
    uint32_t count; /* of fields, when `out` is NULL */
};

static void write_decision(struct pl_writer *out, const struct pl_definition *def,
                           uint64_t decision)
{
    if (def != NULL && decision < def->decision_count) {
        pl_write_text(out, def->decisions[decision].id);
    } else {
        pl_write_nil(out);
    }
}

static void write_result(struct pl_writer *out, const struct pl_definition *def, uint64_t result)
{
    if (def != NULL && result < def->result_count) {
        pl_write_text(out, def->results[result].id);
    } else {
        pl_write_nil(out);
    }
}

static void write_step(struct pl_writer *out, const struct pl_definition *def, uint64_t step)
{
    if (def != NULL && step < def->step_count) {
        pl_write_text(out, def->steps[step].id);
    } else if (step == PL_STEP_APPLY) {
        pl_write_string(out, "apply");
    } else {
        pl_write_nil(out);
    }
}

static void write_document(struct pl_writer *out, const struct pl_definition *def,
                           uint64_t document)
{
    if (def != NULL && document < def->document_count) {
        pl_write_text(out, def->documents[document].id);
    } else {
        pl_write_nil(out);
    }
}

static void write_service(struct pl_writer *out, const struct pl_definition *def, uint64_t service)
{
    if (def != NULL && service < def->service_count) {
        pl_write_text(out, def->services[service].name);
    } else {
        pl_write_nil(out);
    }
}

static void write_case_id(struct pl_writer *out, uint64_t id)
{
    char text[PL_CASE_TEXT_SIZE];

    pl_case_id_format((struct pl_case_id){id}, text);
    pl_write_string(out, text);
}

static const char *card_name(uint64_t card)
{
    static const char *const names[] = {
        [PL_CARD_WARNING] = "warning",
        [PL_CARD_YELLOW] = "yellow",
        [PL_CARD_RED] = "red",
        [PL_CARD_REMINDER] = "reminder",
        [PL_CARD_ANNOUNCEMENT] = "announcement",
    };
    return card < sizeof names / sizeof names[0] ? names[card] : NULL;
}

static const char *clock_name(uint64_t law_clock)
{
    static const char *const names[PL_CLOCKS] = {
        [PL_CLOCK_PROMISED] = "promised",
        [PL_CLOCK_STATUTORY] = "statutory",
        [PL_CLOCK_INTERNAL] = "internal",
    };
    return law_clock < PL_CLOCKS ? names[law_clock] : NULL;
}

static const char *stop_name(uint64_t reason)
{
    return reason < PL_STOPS - PL_STOP_FIRST_REASON
               ? pl_stop_word((enum pl_stop)(reason + PL_STOP_FIRST_REASON))
               : NULL;
}

static const char *timeout_name(uint64_t what)
{
    static const char *const names[] = {"accept", "lease", "backoff"};
    return what < sizeof names / sizeof names[0] ? names[what] : NULL;
}

/* ---- numbers that stand for something are shown as what they stand for ---- */

static bool is(const char *name, const char *other)
{
    return strcmp(name, other) == 0;
}

/* Ids of the definition. False: the number is none. */
static bool write_id(const struct field_writer *w, const char *name, uint64_t value)
{
    if (is(name, "decision")) {
        write_decision(w->out, w->def, value);
    } else if (is(name, "result")) {
        write_result(w->out, w->def, value);
    } else if (is(name, "by_step") || is(name, "to_step") || is(name, "behind")) {
        write_step(w->out, w->def, value);
    } else if (is(name, "service")) {
        write_service(w->out, w->def, value);
    } else if (is(name, "document")) {
        write_document(w->out, w->def, value);
    } else if (is(name, "child") || is(name, "parent")) {
        write_case_id(w->out, value);
    } else {
        return false;
    }
    return true;
}

/* Words of the registries. False: the number stands for none. */
static bool write_word(const struct field_writer *w, const char *name, uint64_t value)
{
    if (is(name, "card")) {
        pl_write_string(w->out, card_name(value));
    } else if (is(name, "clock")) {
        pl_write_string(w->out, clock_name(value));
    } else if (is(name, "reason")) {
        pl_write_string(w->out, stop_name(value));
    } else if (is(name, "what")) {
        pl_write_string(w->out, timeout_name(value));
    } else if (is(name, "command")) {
        pl_write_string(w->out,
                        value < PL_COMMANDS ? pl_command_name((enum pl_command_kind)value) : NULL);
    } else if (is(name, "rejection")) {
        pl_write_string(w->out,
                        value < PL_REJECTIONS ? pl_rejection_name((enum pl_rejection)value) : NULL);
    } else {
        return false;
    }
    return true;
}

static void write_u64(struct field_writer *w, const char *name, uint64_t value)
{
    if (write_id(w, name, value) || write_word(w, name, value)) {
        return;
    }
    if (is(name, "held")) {
        pl_write_bool(w->out, value != 0);
    } else if (is(name, "body_hash")) {
        char text[17];
        struct pl_builder b;
        pl_builder_init(&b, text, sizeof text);
        pl_builder_addf(&b, "%016llx", (unsigned long long)value);
        pl_write_string(w->out, text);
    } else {
        pl_write_u64(w->out, value);
    }
}

/* Fields that an event got later, and that say nothing where they are empty: watchers see old
 * events and new ones of the same kind alike. */
static bool is_left_out(const char *name, bool empty)
{
    static const char *const names[] = {"parent",       "parent_task", "depth",
                                        "statutory_ms", "internal_ms", "from_ms",
                                        "holder_seq",   "tell",        "officer"};

    for (size_t i = 0; empty && i < sizeof names / sizeof names[0]; i++) {
        if (is(name, names[i])) {
            return true;
        }
    }
    return false;
}

static void field_u64(struct field_writer *w, const char *name, uint64_t value)
{
    if (is_left_out(name, value == 0)) {
        return;
    }
    w->count++;
    if (w->out != NULL) {
        pl_write_string(w->out, name);
        write_u64(w, name, value);
    }
}

static void field_i64(struct field_writer *w, const char *name, int64_t value)
{
    if (is_left_out(name, value == 0)) {
        return;
    }
    w->count++;
    if (w->out != NULL) {
        pl_write_string(w->out, name);
        pl_write_i64(w->out, value);
    }
}

static void field_text(struct field_writer *w, const char *name, struct pl_text value)
{
    if (is_left_out(name, value.len == 0)) {
        return;
    }
    w->count++;
    if (w->out != NULL) {
        pl_write_key_text(w->out, name, value);
    }
}

static void field_value(struct field_writer *w, const char *name, struct pl_bytes value)
{
    if (!w->values) {
        return;
    }
    w->count++;
    if (w->out != NULL) {
        pl_write_key_value(w->out, name, value);
    }
}

static void write_fields(struct field_writer *w, const struct pl_event *event)
{
    switch (event->kind) {
        /* NOLINTBEGIN(bugprone-macro-parentheses): field lists cannot be parenthesized */
#define U64(NAME)   field_u64(w, #NAME, f->NAME);
#define I64(NAME)   field_i64(w, #NAME, f->NAME);
#define TEXT(NAME)  field_text(w, #NAME, f->NAME);
#define LEASE(NAME) /* whoever knows it may answer: not for watchers */
#define VALUE(NAME) field_value(w, #NAME, f->NAME);
#define EVENT(NO, NAME, APPLIER, FIELDS)                                                           \
    case PL_EVT_##NAME: {                                                                          \
        const __typeof__(event->APPLIER) *f = &event->APPLIER;                                     \
        FIELDS                                                                                     \
        break;                                                                                     \
    }
#include "model/events.def"
#undef EVENT
#undef VALUE
#undef LEASE
#undef TEXT
#undef I64
#undef U64
        /* NOLINTEND(bugprone-macro-parentheses) */
    }
}

/* ---- the whole event ---- */

/* Who had the task of an event, or the step; PL_NO_SERVICE: nobody, as with a child. */
static uint16_t service_of(const struct pl_definition *def, const struct pl_event *event)
{
    if (def == NULL || event->step >= def->step_count) {
        return PL_NO_SERVICE;
    }
    if (event->served_by != 0 && event->served_by <= def->service_count) {
        return (uint16_t)(event->served_by - 1);
    }
    const struct pl_step_def *step = &def->steps[event->step];
    const uint16_t item = event->item == PL_NO_ITEM ? 0 : event->item;

    return item < step->task_count ? pl_step_member(step, item)->service : PL_NO_SERVICE;
}

static struct pl_text department_of(const struct pl_definition *def, uint64_t service)
{
    return service < def->service_count ? def->departments[def->services[service].department].id
                                        : (struct pl_text){0};
}

struct pl_text pl_event_department(const struct pl_definition *def, const struct pl_event *event)
{
    return def == NULL ? (struct pl_text){0} : department_of(def, service_of(def, event));
}

bool pl_event_concerns(const struct pl_definition *def, const struct pl_event *event,
                       struct pl_text department)
{
    return pl_text_equal(pl_event_department(def, event), department) ||
           (event->kind == PL_EVT_TASK_ASSIGNED &&
            pl_text_equal(department_of(def, event->task_assigned.service), department));
}

static void write_case(struct pl_writer *out, const struct pl_event_subject *subject)
{
    char text[PL_CASE_TEXT_SIZE];

    pl_case_id_format(subject->id, text);
    pl_write_key_string(out, "case", text);
    pl_write_key_text(out, "key", subject->key);
    if (subject->def != NULL) {
        pl_write_key_text(out, "workflow", subject->def->workflow);
        pl_write_key_u64(out, "revision", subject->def->revision);
    }
}

static void write_step_of(struct pl_writer *out, const struct pl_definition *def,
                          const struct pl_event *event)
{
    const uint16_t service = service_of(def, event);

    pl_write_key_text(out, "step", def->steps[event->step].id);
    pl_write_title(out, "title", def->steps[event->step].title);
    if (service != PL_NO_SERVICE) {
        pl_write_key_text(out, "department", department_of(def, service));
        pl_write_key_text(out, "service", def->services[service].name);
    }
    if (event->item != PL_NO_ITEM) {
        pl_write_key_u64(out, "item", event->item);
    }
}

static uint32_t pairs_of(const struct pl_definition *def, const struct pl_event *event,
                         const struct pl_event_subject *subject)
{
    uint32_t pairs = 6; /* partition, seq, prev, time, type, data */

    if (subject != NULL) {
        pairs += def != NULL ? 4 : 2;
    }
    if (def != NULL && event->step < def->step_count) {
        pairs +=
            2U + (service_of(def, event) != PL_NO_SERVICE ? 2U : 0U) + (event->item != PL_NO_ITEM);
    }
    return pairs;
}

void pl_event_write(struct pl_writer *out, const struct pl_event *event,
                    struct pl_event_place place, const struct pl_event_subject *subject,
                    bool values)
{
    const struct pl_definition *def = subject == NULL ? NULL : subject->def;
    struct field_writer counting = {.values = values};
    struct field_writer writing = {.out = out, .def = def, .values = values};

    pl_write_map(out, pairs_of(def, event, subject));
    pl_write_key_u64(out, "partition", 0);
    pl_write_key_u64(out, "seq", place.seq);
    pl_write_key_u64(out, "prev", place.prev);
    pl_write_key_u64(out, "time", (uint64_t)place.at_ms);
    pl_write_key_string(out, "type", pl_event_type(event->kind));
    if (subject != NULL) {
        write_case(out, subject);
    }
    if (def != NULL && event->step < def->step_count) {
        write_step_of(out, def, event);
    }
    pl_write_string(out, "data");
    write_fields(&counting, event);
    pl_write_map(out, counting.count);
    write_fields(&writing, event);
}

uint32_t pl_event_view_size(const struct pl_event *event, bool values)
{
    /* Texts of an event are bounded by PL_REASON_MAX, and no event has more than three. */
    return FIXED_SIZE + 3 * PL_REASON_MAX + (values ? pl_event_value(event).size : 0);
}
