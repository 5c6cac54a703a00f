#include "core/internal.h"

enum pl_rejection pl_decide_clock_stop(struct pl_deciding *d)
{
    (void)d;
    return PL_REJECT_STEP_STATE;
}

enum pl_rejection pl_decide_clock_resume(struct pl_deciding *d)
{
    (void)d;
    return PL_REJECT_STEP_STATE;
}

enum pl_rejection pl_decide_step_extend(struct pl_deciding *d)
{
    (void)d;
    return PL_REJECT_STEP_STATE;
}

enum pl_rejection pl_decide_recalendar(struct pl_deciding *d)
{
    (void)d;
    return PL_REJECT_STEP_STATE;
}
