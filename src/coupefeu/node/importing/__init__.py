"""Files of notices in: read as a stream, judged one by one, filed in small batches; rejects to mend and give again.

    file -> source (CSV, GeoJSON, CoT) -> Feature | Reject -> judging: NoticeFact or defects -> known: seen before?
         -> filing: FileNotice, so many at a time -> Imported(filed, duplicates, rejected)

The one rule: everything that stands in a file is filed, named as a duplicate, or in the reject file; nothing is lost.
"""
