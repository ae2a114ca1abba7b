// about: Everything that stands behind one edge: the sentence, its offsets, and who read it.
// param: edge: str - id of the edge
// returns: subject: str - name of the node it starts at
// returns: subject_type: str - type of that node
// returns: relation: str - type of the edge
// returns: object: str - name of the node it ends at
// returns: object_type: str - type of that node
// returns: says: str? - stance or outcome, where the relation has one
// returns: paper: str? - id of the paper that says it; missing for a decision
// returns: title: str? - its title
// returns: year: int? - its year
// returns: field: str? - title or abstract
// returns: quote: str? - the sentence that says it
// returns: quote_start: int? - where it begins in the field
// returns: quote_end: int? - where it ends (exclusive)
// returns: mention_start: int? - where the thing itself is named
// returns: mention_end: int? - where its name ends (exclusive)
// returns: origin: str - text, decision or derived
// returns: reason: str? - of a decision: who or what decided, and why
// returns: extractor: str? - what read it
// returns: version: str? - version of the extractor
// returns: confidence: float - confidence of the extractor or of the decision
// returns: note: str? - what must be said of the paper's text, such as methodkg summary
// ask: what is the evidence for {edge}?
// ask: what is the evidence of {edge}?
// ask: what is the evidence for edge {edge}?
// ask: evidence of {edge}
// ask: evidence for {edge}
OPTIONAL MATCH ()-[e1:INTRODUCES]->() WHERE e1.id = $edge
OPTIONAL MATCH ()-[e2:TARGETS]->() WHERE e2.id = $edge
OPTIONAL MATCH ()-[e3:ABOUT]->() WHERE e3.id = $edge
OPTIONAL MATCH ()-[e4:APPLIED_TO]->() WHERE e4.id = $edge
OPTIONAL MATCH ()-[e5:USES]->() WHERE e5.id = $edge
OPTIONAL MATCH ()-[e6:COMPARED_WITH]->() WHERE e6.id = $edge
OPTIONAL MATCH ()-[e7:EVALUATED_ON]->() WHERE e7.id = $edge
OPTIONAL MATCH ()-[e8:EVALUATED_BY]->() WHERE e8.id = $edge
OPTIONAL MATCH ()-[e9:REPORTS]->() WHERE e9.id = $edge
OPTIONAL MATCH ()-[e10:OF]->() WHERE e10.id = $edge
OPTIONAL MATCH ()-[e11:`ON`]->() WHERE e11.id = $edge
OPTIONAL MATCH ()-[e12:MEASURES]->() WHERE e12.id = $edge
OPTIONAL MATCH ()-[e13:AGAINST]->() WHERE e13.id = $edge
OPTIONAL MATCH ()-[e14:BROADER]->() WHERE e14.id = $edge
WITH coalesce(e1, e2, e3, e4, e5, e6, e7, e8, e9, e10, e11, e12, e13, e14) AS e
WHERE e IS NOT NULL
WITH startNode(e) AS s, e, endNode(e) AS o, e.paper AS paper_id
OPTIONAL MATCH (w:Paper {id: paper_id})
RETURN s.name AS subject, labels(s)[0] AS subject_type, type(e) AS relation, o.name AS object,
  labels(o)[0] AS object_type, coalesce(e.stance, e.outcome) AS says, w.id AS paper, w.name AS title,
  w.year AS year, e.field AS field, e.quote AS quote, e.quote_start AS quote_start, e.quote_end AS quote_end,
  e.mention_start AS mention_start, e.mention_end AS mention_end, e.origin AS origin, e.reason AS reason,
  e.extractor AS extractor, e.version AS version, e.confidence AS confidence, w.note AS note
ORDER BY e.id
