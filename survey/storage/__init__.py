"""Where it is kept, durably: tables, migrations, the one writer, events, stored releases.

May import `questionnaire`. Start with models.py (every column), then writer.py (how an answer
becomes durable). Only events.py and models.py are about answers still being taken.
"""

# so that the models are whole, whoever asks
from survey.storage import (  # noqa: F401
    county_parts,
    desk_tables,
    import_tables,
    keeping_tables,
    publishing_tables,
)
