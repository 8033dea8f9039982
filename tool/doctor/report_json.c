#include "report.h"

#include "text/json.h"

static void print_finding(FILE *out, const struct finding *f)
{
	static const char *const levels[FINDING_LEVELS] = {
		[FINDING_NOTE] = "note",
		[FINDING_WARNING] = "warning",
		[FINDING_FAULT] = "fault",
	};

	fputs("{\"Id\":", out);
	json_string(out, f->id);
	fprintf(out, ",\"Level\":\"%s\",\"File\":", levels[f->level]);
	json_string(out, f->file);
	if (f->line > 0)
		fprintf(out, ",\"Line\":%zu,\"Message\":", f->line);
	else
		fputs(",\"Line\":null,\"Message\":", out);
	json_string(out, f->message);
	fputs(",\"Fix\":", out);
	json_string(out, f->fix);
	fputs(f->next ? "}," : "}", out);
}

static void print_way_in(FILE *out, const struct way_in *w)
{
	fputs("{\"WayIn\":", out);
	json_string(out, w->way);
	fputs(",\"Outcome\":", out);
	json_string(out, w->outcome);
	fputs(",\"Result\":", out);
	json_string(out, w->result);
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
