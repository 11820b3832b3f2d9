/* front/login/codes.c - POST /v1/login/{id}/code and …/recovery: codes that are typed. */
#include "front/login/front.h"
#include "front/login/login_request.h"

static void
check(struct login_visit *v, enum login_way way)
{
	struct login_code asked = { .request = v->asked, .way = way };

	if (login_code_read(v->exchange->arena, v->exchange->body, &asked, &v->why) != OK)
		login_refuse(v, v->why.code, &v->why);
	else
		exchange_hold(v->exchange, login_code_check(v->front->store, v->exchange->arena, v->front->settings,
		    &asked, login_answered, v));
}

static void
check_code(struct login_visit *v)
{
	check(v, LOGIN_BY_CODE);
}

static void
check_recovery(struct login_visit *v)
{
	check(v, LOGIN_BY_RECOVERY);
}

void
take_code(struct exchange *e, void *front)
{
	login_visit_begin(arena_new(e->arena, struct login_visit), e, front, LOGIN_COST_TRY, check_code);
}

void
take_recovery_code(struct exchange *e, void *front)
{
	login_visit_begin(arena_new(e->arena, struct login_visit), e, front, LOGIN_COST_TRY, check_recovery);
}
