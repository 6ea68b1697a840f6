"""What is kept twice of surveys, and what their rows say of each other."""

from jobs.checks import Check

SURVEYS = (
    Check(
        "survey version {id} is {kind}, and its survey is not",
        """SELECT survey_version.id, survey_version.kind FROM survey_version JOIN survey
           ON survey.id = survey_version.survey_id WHERE survey.kind <> survey_version.kind""",
    ),
    Check(
        "survey {id} was approved, and no version of it is current",
        """SELECT id FROM survey WHERE EXISTS (SELECT 1 FROM survey_version
             WHERE survey_version.survey_id = survey.id AND survey_version.status = 'APPROVED')
           AND NOT EXISTS (SELECT 1 FROM survey_version WHERE survey_version.survey_id = survey.id AND is_current)""",
    ),
    Check(
        "survey question {id} is not of its page's version",
        """SELECT survey_question.id FROM survey_question JOIN survey_page ON survey_page.id = survey_question.page_id
           WHERE survey_page.version_id <> survey_question.version_id""",
    ),
    Check(
        "survey invitation {id} is not of its version's survey",
        """SELECT invitation.id FROM survey_invitation AS invitation JOIN survey_version AS version
           ON version.id = invitation.version_id WHERE version.survey_id <> invitation.survey_id
           OR version.status <> 'APPROVED'""",
    ),
    Check(
        "survey invitation {id} is {status}, which its response does not bear out",
        """SELECT invitation.id, invitation.status FROM survey_invitation AS invitation
           WHERE (invitation.status = 'ANSWERED') <> EXISTS (
             SELECT 1 FROM survey_response WHERE survey_response.invitation_id = invitation.id)""",
    ),
    Check(
        "survey response {id} does not say what its invitation says",
        """SELECT response.id FROM survey_response AS response JOIN survey_invitation AS invitation
           ON invitation.id = response.invitation_id WHERE response.survey_id <> invitation.survey_id
           OR response.branch_id <> invitation.branch_id
           OR COALESCE(response.product_id, 0) <> COALESCE(invitation.product_id, 0)
           OR COALESCE(response.about_id, 0) <> COALESCE(invitation.about_id, 0)""",
    ),
    Check(
        "survey response {id} scores {score}, which is not on its scale",
        """SELECT response.id, response.score FROM survey_response AS response JOIN survey ON survey.id = response.survey_id
           WHERE CASE survey.kind WHEN 'NPS' THEN COALESCE(response.score NOT BETWEEN 0 AND 10, TRUE)
             WHEN 'CSAT' THEN COALESCE(response.score NOT BETWEEN 1 AND 5, TRUE)
             WHEN 'CES' THEN COALESCE(response.score NOT BETWEEN 1 AND 7, TRUE) ELSE response.score IS NOT NULL END""",
    ),
    Check(
        "survey answer {id} is to a question that was not asked, or is not on its scale",
        """SELECT answer.id FROM survey_answer AS answer JOIN survey_response AS response ON response.id = answer.response_id
           JOIN survey_invitation AS invitation ON invitation.id = response.invitation_id
           JOIN survey_question AS question ON question.id = answer.question_id
           WHERE question.version_id <> invitation.version_id OR (answer.number IS NULL) <> (question.lowest IS NULL)
           OR answer.number < question.lowest OR answer.number > question.highest""",
    ),
    Check(
        "survey response {id} is low, and nobody speaks with its customer",
        """SELECT response.id FROM survey_response AS response JOIN survey ON survey.id = response.survey_id
           WHERE response.score <= CASE survey.kind WHEN 'NPS' THEN 6 ELSE 2 END AND NOT EXISTS (
             SELECT 1 FROM survey_follow_up WHERE survey_follow_up.response_id = response.id)""",
    ),
    Check(
        "survey follow-up {id} does not say what its response says",
        """SELECT follow_up.id FROM survey_follow_up AS follow_up JOIN survey_response AS response
           ON response.id = follow_up.response_id JOIN survey ON survey.id = response.survey_id
           WHERE follow_up.kind <> survey.kind OR COALESCE(follow_up.about_id, 0) <> COALESCE(response.about_id, 0)
           OR (follow_up.status = 'OPEN' AND (follow_up.score <> response.score
             OR COALESCE(follow_up.comment, '') <> COALESCE(response.comment, '')))""",
    ),
    Check(
        "survey guest {id} was given a link to a survey that is not asked by links",
        """SELECT guest.id FROM survey_guest AS guest JOIN survey ON survey.id = guest.survey_id
           JOIN survey_version AS version ON version.id = guest.version_id
           WHERE survey.occasion <> 'INVITED' OR version.survey_id <> survey.id""",
    ),
)
