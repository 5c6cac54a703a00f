#include "definition/analyse_show.h"

#include <stdio.h>
#include <stdlib.h>

#include "definition/page.h"

#define PAGE_SIZE    8192
#define STEP_SIZE    2048 /* of a step on the page or in JSON: two titles and figures */
#define LABEL_WIDTH  18
#define FIGURE_WIDTH 12

/* ---- JSON ---- */

void pl_write_figures(struct pl_writer *out, const struct pl_definition *def,
                      const struct pl_analysis *a)
{
    pl_write_key_string(out, "start", pl_small_day(a->start_day).at);
    pl_write_key_string(out, "finish", pl_small_day(a->finish_day).at);
    pl_write_key_u64(out, "procedures", a->procedures);
    pl_write_key_u64(out, "working_days", a->working_days);
    pl_write_key_bool(out, "estimated", a->estimated);
    pl_write_string(out, "calendar_days");
    pl_write_i64(out, a->calendar_days);
    pl_write_key_bool(out, "beyond_calendar", a->beyond);
    pl_write_string(out, "critical_path");
    pl_write_array(out, a->path_count);
    for (uint16_t i = 0; i < a->path_count; i++) {
        pl_write_text(out, def->steps[a->path[i]].id);
    }
    pl_write_key_u64(out, "visits", a->visits);
    pl_write_string(out, "cost");
    pl_write_i64(out, a->cost);
    pl_write_string(out, "deposit");
    pl_write_i64(out, a->deposit);
    pl_write_string(out, "documents");
    pl_write_map(out, 4);
    pl_write_key_u64(out, "supplied", a->documents_supplied);
    pl_write_key_u64(out, "distinct", a->documents_distinct);
    pl_write_key_u64(out, "asked_again", a->documents_supplied - a->documents_distinct);
    pl_write_key_u64(out, "carried", a->documents_carried);
    pl_write_key_u64(out, "departments", a->departments);
    pl_write_key_u64(out, "limits_sum", a->limits_sum);
    pl_write_key_u64(out, "parallel_max", a->parallel_max);
}

static bool is_critical(const struct pl_analysis *a, uint16_t step)
{
    for (uint16_t i = 0; i < a->path_count; i++) {
        if (a->path[i] == step) {
            return true;
        }
    }
    return false;
}

static void write_span(struct pl_writer *out, const char *key, bool has, struct pl_span span)
{
    pl_write_key_string(out, key, has ? pl_small_span(span, false).at : NULL);
}

static const char *kind_key(enum pl_step_kind kind)
{
    static const char *const keys[] = {
#define STEP_KIND(NAME, KEY, TEXT) KEY,
#include "model/step_kinds.def"
#undef STEP_KIND
    };
    return keys[kind];
}

/* The documents that the step asks of the applicant. */
static void write_supplied(struct pl_writer *out, const struct pl_definition *def,
                           const struct pl_step_def *step)
{
    uint32_t count = 0;

    for (uint16_t i = 0; i < step->needs_count; i++) {
        count += def->documents[step->needs[i]].by_applicant;
    }
    pl_write_string(out, "documents");
    pl_write_array(out, count);
    for (uint16_t i = 0; i < step->needs_count; i++) {
        if (def->documents[step->needs[i]].by_applicant) {
            pl_write_text(out, def->documents[step->needs[i]].id);
        }
    }
}

static void write_step(struct pl_writer *out, const struct pl_definition *def,
                       const struct pl_analysis *a, uint16_t number)
{
    const struct pl_step_def *step = &def->steps[number];
    const struct pl_step_times *times = &a->steps[number];

    pl_write_map(out, 18);
    pl_write_key_text(out, "id", step->id);
    pl_write_key_title(out, "title", &step->title);
    pl_write_key_string(out, "kind", kind_key(step->kind));
    pl_write_string(out, "service");
    if (step->member_count > 0) {
        pl_write_text(out, def->services[step->members[0].service].name);
    } else {
        pl_write_nil(out);
    }
    pl_write_key_u64(out, "members", step->member_count);
    pl_write_key_bool(out, "counts", step->counts);
    write_span(out, "limit", step->has_limit && step->limit_until == NULL, step->limit);
    write_span(out, "statutory", step->has_statutory, step->statutory);
    pl_write_key_u64(out, "start", times->start);
    pl_write_key_u64(out, "finish", times->finish);
    pl_write_key_u64(out, "slack", times->slack);
    pl_write_key_bool(out, "critical", is_critical(a, number));
    pl_write_key_string(out, "start_date", pl_small_day(times->start_day).at);
    pl_write_key_string(out, "finish_date", pl_small_day(times->finish_day).at);
    pl_write_key_u64(out, "visits", step->visits);
    pl_write_string(out, "cost");
    pl_write_i64(out, step->cost);
    pl_write_string(out, "deposit");
    pl_write_i64(out, step->deposit);
    write_supplied(out, def, step);
}

char *pl_analysis_json(const struct pl_definition *def, const struct pl_analysis *a)
{
    size_t size = PAGE_SIZE;
    for (uint16_t i = 0; i < def->step_count; i++) {
        size += STEP_SIZE + (size_t)def->steps[i].needs_count * (PL_ID_MAX + 2);
    }
    void *memory = malloc(size);
    struct pl_writer out;

    if (memory == NULL) {
        return NULL;
    }
    pl_writer_init(&out, memory, size);
    pl_write_map(&out, PL_FIGURES + 3);
    pl_write_key_text(&out, "workflow", def->workflow);
    pl_write_key_title(&out, "title", &def->title);
    pl_write_figures(&out, def, a);
    pl_write_string(&out, "steps");
    pl_write_array(&out, def->step_count);
    for (uint16_t i = 0; i < def->step_count; i++) {
        write_step(&out, def, a, i);
    }
    char *json = pl_page_json(&out);
    free(memory);
    return json;
}

/* ---- text ---- */

static void add_figure(struct pl_page *page, const char *label, int64_t figure, const char *note)
{
    pl_page_addf(page, "  ");
    pl_page_left(page, pl_text_of(label), LABEL_WIDTH);
    pl_page_right(page, pl_text_of(pl_small_number(figure).at), FIGURE_WIDTH);
    pl_page_addf(page, "%s%s\n", note[0] != '\0' ? "   " : "", note);
}

static void add_figures(struct pl_page *page, const struct pl_analysis *a)
{
    char note[160];

    add_figure(page, "procedures", a->procedures, "");
    add_figure(page, "working days", a->working_days,
               a->estimated ? "some limits are in other units: seven days taken for five" : "");
    (void)snprintf(note, sizeof(note), "%s to %s%s", pl_small_day(a->start_day).at,
                   pl_small_day(a->finish_day).at,
                   a->beyond ? ", in years that the calendar does not know" : "");
    add_figure(page, "calendar days", a->calendar_days, note);
    add_figure(page, "visits", a->visits, "");
    (void)snprintf(note, sizeof(note), "and a deposit of %s, given back",
                   pl_small_number(a->deposit).at);
    add_figure(page, "cost (CNY)", a->cost, a->deposit > 0 ? note : "");
    (void)snprintf(note, sizeof(note), "%u different, %u asked again; %u carried between steps",
                   a->documents_distinct, a->documents_supplied - a->documents_distinct,
                   a->documents_carried);
    add_figure(page, "documents", a->documents_supplied, note);
    add_figure(page, "departments", a->departments, "");
    (void)snprintf(note, sizeof(note), "steps at once at most; all limits together %u working days",
                   a->limits_sum);
    add_figure(page, "in parallel", a->parallel_max, note);
}

static unsigned widest_id(const struct pl_definition *def)
{
    unsigned widest = 4;

    for (uint16_t i = 0; i < def->step_count; i++) {
        widest = def->steps[i].id.len > widest ? def->steps[i].id.len : widest;
    }
    return widest;
}

static struct pl_small small_limit(const struct pl_step_def *step)
{
    if (step->limit_until != NULL) {
        return (struct pl_small){"a day"};
    }
    return step->has_limit ? pl_small_span(step->limit, true) : (struct pl_small){"-"};
}

static void add_step(struct pl_page *page, const struct pl_definition *def,
                     const struct pl_analysis *a, uint16_t number, unsigned id_width)
{
    const struct pl_step_def *step = &def->steps[number];
    const struct pl_step_times *times = &a->steps[number];

    pl_page_addf(page, "%c ", is_critical(a, number) ? '*' : ' ');
    pl_page_left(page, step->id, id_width);
    pl_page_right(page, pl_text_of(small_limit(step).at), 7);
    pl_page_right(page, pl_text_of(pl_small_number(times->start).at), 6);
    pl_page_right(page, pl_text_of(pl_small_number(times->finish).at), 4);
    pl_page_right(page, pl_text_of(pl_small_number(times->slack).at), 6);
    pl_page_addf(page, "  %s", pl_small_day(times->finish_day).at);
    pl_page_right(page, pl_text_of(pl_small_number(step->visits).at), 7);
    pl_page_right(page, pl_text_of(pl_small_number(step->cost).at), 8);
    pl_page_addf(page, "  ");
    pl_page_left(page, step->title.zh, 0);
    pl_page_addf(page, "\n");
}

char *pl_analysis_text(const struct pl_definition *def, const struct pl_analysis *a, bool colour)
{
    const unsigned id_width = widest_id(def);
    struct pl_page page;

    if (!pl_page_begin(&page, PAGE_SIZE + (size_t)def->step_count * STEP_SIZE, colour)) {
        return NULL;
    }
    pl_page_left(&page, def->title.zh, 0);
    pl_page_addf(&page, "  %.*s\n\n", (int)def->title.en.len, def->title.en.at);
    add_figures(&page, a);

    pl_page_addf(&page, "\n");
    pl_page_heading(&page, "Steps (* on the critical path; times in working days from the start)");
    pl_page_addf(&page, "  ");
    pl_page_left(&page, PL_TEXT("step"), id_width);
    pl_page_addf(&page, "  limit start end slack  end on     visits    cost\n");
    for (uint16_t i = 0; i < def->step_count; i++) {
        add_step(&page, def, a, i, id_width);
    }

    pl_page_addf(&page, "\n");
    pl_page_heading(&page, "Critical path");
    for (uint16_t i = 0; i < a->path_count; i++) {
        const struct pl_step_def *step = &def->steps[a->path[i]];
        pl_page_addf(&page, "  ");
        pl_page_right(&page, pl_text_of(pl_small_number(a->steps[a->path[i]].finish).at), 4);
        pl_page_addf(&page, "  ");
        pl_page_left(&page, step->id, id_width + 2);
        pl_page_left(&page, step->title.zh, 0);
        pl_page_addf(&page, "\n");
    }
    return pl_page_end(&page);
}
