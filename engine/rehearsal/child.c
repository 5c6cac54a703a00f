/* Cases that a case starts: in the server they are cases of their own, and so they are here. */
#include "core/data.h"
#include "rehearsal/inside.h"
#include "value/schema.h"

#define WHY_SIZE  512
#define PATH_SIZE 1024

static uint16_t task_of(const struct pl_played *played, uint16_t step, uint16_t item)
{
    return (uint16_t)(played->def->steps[step].first_task + item);
}

/* "lots" and, of the second item, "lots.2"; below the path of the parent, as answers name it. */
static struct pl_text path_of(struct pl_play *play, const struct pl_played *parent, uint16_t step,
                              uint16_t item)
{
    const struct pl_step_def *def = &parent->def->steps[step];
    char text[PATH_SIZE];
    struct pl_builder b;

    pl_builder_init(&b, text, sizeof(text));
    pl_builder_add(&b, parent->path);
    pl_builder_addf(&b, "%s%.*s", parent->path.len > 0 ? "/" : "", (int)def->id.len, def->id.at);
    if (def->set.kind != PL_SET_NONE) {
        pl_builder_addf(&b, ".%u", item + 1U);
    }
    const char *copy = pl_arena_text(&play->arena, text, b.len);
    return (struct pl_text){copy, copy == NULL ? 0 : (uint32_t)b.len};
}

static struct pl_text key_of(struct pl_play *play, const struct pl_played *parent, uint16_t step,
                             uint16_t item)
{
    char text[PL_CHILD_KEY_SIZE];
    const struct pl_text key = pl_child_key(parent->def, &parent->c, step, item, text);
    const char *copy = pl_arena_text(&play->arena, key.at, key.len);

    return (struct pl_text){copy, copy == NULL ? 0 : key.len};
}

static int refuse(struct pl_play *play, uint32_t number, uint16_t step, uint16_t item,
                  const char *reason)
{
    struct pl_command cmd = {
        .kind = PL_CMD_CHILD_REFUSE,
        .actor = PL_ACTOR_ENGINE,
        .step = step,
        .item = item,
        .reason = pl_text_of(reason),
    };
    return pl_play_command(play, number, &cmd, NULL);
}

/* Why the child cannot start; NULL: it can. */
static const char *find_fault(const struct pl_played *parent, const struct pl_definition *def,
                              struct pl_bytes form, char why[WHY_SIZE])
{
    struct pl_schema_mistake mistake;
    struct pl_builder b;

    if (def == NULL) {
        return "there is no such workflow";
    }
    if (parent->c.depth + 1 > PL_DEPTH_MAX) {
        return "children of children go no deeper";
    }
    if (def->form == NULL || pl_schema_check(def->form, form, &mistake, 1) == 0) {
        return NULL;
    }
    pl_builder_init(&b, why, WHY_SIZE);
    pl_builder_addf(&b, "the form does not fit at %s: %s", mistake.path, mistake.message);
    return why;
}

int pl_play_start_child(struct pl_play *play, uint32_t number, uint16_t step, uint16_t item)
{
    const struct pl_played *parent = play->played[number];
    const struct pl_definition *def =
        pl_company_find(play->company, parent->def->steps[step].run->workflow);
    struct pl_reading reading = pl_play_reading(play, parent, step, item);
    struct pl_writer form;
    char why[WHY_SIZE];
    uint32_t child = 0;

    if (parent->c.finished || parent->c.paused ||
        parent->c.tasks[task_of(parent, step, item)].state != PL_TASK_READY) {
        return PLACET_OK; /* a paused one starts it when it goes on */
    }
    void *memory = pl_arena_reserve(&play->arena, PL_PLAY_ROOM_SIZE);
    pl_writer_init(&form, memory, memory == NULL ? 0 : PL_PLAY_ROOM_SIZE);
    if (pl_core_child_form(&reading, &form, why, sizeof(why)) != PLACET_OK) {
        return refuse(play, number, step, item, why);
    }
    pl_arena_keep(&play->arena, form.used);
    const char *fault = find_fault(parent, def, pl_writer_bytes(&form), why);
    if (fault != NULL) {
        return refuse(play, number, step, item, fault);
    }
    const struct pl_text path = path_of(play, parent, step, item);
    int rc = pl_play_add(play, def, path, &child);
    if (rc < 0) {
        return rc;
    }
    struct pl_command cmd = {
        .kind = PL_CMD_START,
        .actor = PL_ACTOR_ENGINE,
        .by = parent->c.by,
        .key = key_of(play, parent, step, item),
        .form = pl_writer_bytes(&form),
        .child = parent->c.id,
        .parent_task = task_of(parent, step, item),
        .depth = (uint16_t)(parent->c.depth + 1),
    };
    rc = pl_play_command(play, child, &cmd, NULL);
    if (rc < 0) {
        return rc;
    }
    cmd = (struct pl_command){
        .kind = PL_CMD_CHILD_ACCEPT,
        .actor = PL_ACTOR_ENGINE,
        .step = step,
        .item = item,
        .child = play->played[child]->c.id,
    };
    return pl_play_command(play, number, &cmd, NULL);
}

int pl_play_cancel_child(struct pl_play *play, uint32_t number, uint16_t step, uint16_t item)
{
    const struct pl_played *parent = play->played[number];
    const uint16_t task = task_of(parent, step, item);

    for (uint32_t i = 0; i < play->played_count; i++) {
        const struct pl_case *c = &play->played[i]->c;
        if (c->parent.v == parent->c.id.v && c->parent_task == task && !c->finished) {
            struct pl_command cmd = {
                .kind = PL_CMD_CANCEL_CASE,
                .actor = PL_ACTOR_ENGINE,
                .by = PL_TEXT("engine"),
                .reason = PL_TEXT("the case that started it does not need it any more"),
            };
            const int rc = pl_play_command(play, i, &cmd, NULL);
            if (rc < 0) {
                return rc;
            }
        }
    }
    return PLACET_OK;
}

int pl_play_tell_parent(struct pl_play *play, uint32_t number)
{
    const struct pl_played *child = play->played[number];

    for (uint32_t i = 0; i < play->played_count; i++) {
        const struct pl_played *parent = play->played[i];
        if (parent->c.id.v != child->c.parent.v) {
            continue;
        }
        if (parent->c.finished || parent->c.paused ||
            parent->c.tasks[child->c.parent_task].child != child->c.id.v) {
            return PLACET_OK; /* a paused one looks again when it goes on */
        }
        const uint16_t step = pl_definition_step_of_task(parent->def, child->c.parent_task);
        struct pl_command cmd = {
            .kind = PL_CMD_CHILD_FINISH,
            .actor = PL_ACTOR_ENGINE,
            .step = step,
            .item = (uint16_t)(child->c.parent_task - parent->def->steps[step].first_task),
            .child = child->c.id,
            .decision = child->def->results[child->c.result].id,
        };
        return pl_play_command(play, i, &cmd, NULL);
    }
    return PLACET_OK;
}
