"""Make the tables of what users need, of spec sheets and of surveys, which are only ever added to."""

from django.db import migrations, models

from servanda.store.fields import CanonicalJsonField, InstantField
from servanda.store.migration_parts import known_by, made_table, name, only_added, refers, written_content

NUMBER = models.PositiveIntegerField


class Migration(migrations.Migration):
    """After the service catalogue."""

    dependencies = [("store", "0010_negotiations")]
    operations = [
        made_table(
            "RequirementVersion",
            {"requirement": NUMBER(), "number": NUMBER(), **written_content()},
            known_by("one_requirement_version_a_number", "requirement", "number"),
        ),
        made_table(
            "RequirementMark",
            {
                "sequence": NUMBER(),
                "kind": models.CharField(choices=[("verdict", "Verdict"), ("estimate", "Estimate")], max_length=12),
                "content": CanonicalJsonField(),
                "person": name(),
                "marked_at": InstantField(),
                "version": refers("store.requirementversion", "marks"),
            },
            known_by("one_requirement_mark_a_sequence", "version", "sequence"),
        ),
        made_table(
            "RequirementQuestion",
            {
                "requirement": NUMBER(),
                "number": NUMBER(),
                "version": NUMBER(),
                "party_kind": models.CharField(choices=[("team", "Team"), ("supplier", "Supplier")], max_length=12),
                "party": name(),
                "wording": models.TextField(),
                "asked_by": name(),
                "asked_at": InstantField(),
            },
            known_by("one_question_a_number", "requirement", "number"),
        ),
        made_table(
            "RequirementAnswer",
            {
                "sequence": NUMBER(),
                "content": CanonicalJsonField(),
                "person": name(),
                "answered_at": InstantField(),
                "question": refers("store.requirementquestion", "answers"),
            },
            known_by("one_answer_a_sequence", "question", "sequence"),
        ),
        made_table(
            "SpecSheetVersion",
            {"requirement": NUMBER(), "number": NUMBER(), **written_content()},
            known_by("one_spec_sheet_version_a_number", "requirement", "number"),
        ),
        made_table(
            "ExpectationSurvey",
            {"number": NUMBER(), "content": CanonicalJsonField(), "opened_by": name(), "opened_at": InstantField()},
            known_by("one_survey_a_number", "number"),
        ),
        made_table(
            "SurveyAnswer",
            {
                "customer": name(),
                "person": name(),
                "content": CanonicalJsonField(),
                "requirements": CanonicalJsonField(default=list),
                "answered_at": InstantField(),
                "survey": refers("store.expectationsurvey", "answers"),
            },
            known_by("one_survey_answer_a_person_and_group", "survey", "customer", "person"),
        ),
        made_table(
            "TargetConfirmation",
            {
                "agreement": name(),
                "number": NUMBER(),
                "target": name(),
                "person": name(),
                "confirmed_at": InstantField(),
            },
            known_by("one_confirmation_a_target_and_person", "agreement", "number", "target", "person"),
        ),
        only_added(
            "store_requirementversion",
            "store_requirementmark",
            "store_requirementquestion",
            "store_requirementanswer",
            "store_specsheetversion",
            "store_expectationsurvey",
            "store_surveyanswer",
            "store_targetconfirmation",
        ),
    ]
