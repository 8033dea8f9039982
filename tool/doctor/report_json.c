#include "report.h"

#include "text/json.h"

static void print_finding(FILE *out, const struct finding *f)
{
	static const char *const levels[FINDING_LEVELS] = {
		[FINDING_NOTE] = "note",
		[FINDING_WARNING] = "warning",
		[FINDING_FAULT] = "fault",
	};

	json_member(out, "{", "Id", f->id);
	json_member(out, ",", "Level", levels[f->level]);
	json_member(out, ",", "File", f->file);
	json_number(out, "Line", (int64_t)f->line, f->line > 0);
	json_member(out, ",", "Message", f->message);
	json_member(out, ",", "Fix", f->fix);
	fputs(f->next ? "}," : "}", out);
}

static void print_way_in(FILE *out, const struct way_in *w)
{
	json_member(out, "{", "WayIn", w->way);
	json_member(out, ",", "Outcome", w->outcome);
	json_member(out, ",", "Result", w->result);
	fprintf(out, ",\"Factors\":%u}%s", w->factors, w->next ? "," : "");
}

void report_print_findings_json(FILE *out, const struct findings *l)
{
	putc('[', out);
	for (const struct finding *f = l->first; f; f = f->next)
		print_finding(out, f);
	putc(']', out);
}

void report_print_json(FILE *out, const struct findings *l)
{
	fprintf(out, "{\"Version\":1,\"Ok\":%s,\"Findings\":", findings_ok(l) ? "true" : "false");
	report_print_findings_json(out, l);
	fputs(",\"Table\":[", out);
	for (const struct way_in *w = l->ways; w; w = w->next)
		print_way_in(out, w);
	fputs("]}\n", out);
}
