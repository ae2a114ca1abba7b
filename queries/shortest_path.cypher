// about: How two things hang together: a shortest chain of at most six edges, none through a metric.
// param: source: Node - one thing: its name, or its id
// param: target: Node - the other thing
// returns: step: int - number of the step, from 1
// returns: name: str - the node the step leaves
// returns: type: str - its type
// returns: direction: str - -> or <-, the way the edge points
// returns: relation: str - type of the edge
// returns: says: str? - stance or outcome, where the relation has one
// returns: other: str - the node the step reaches
// returns: other_type: str - its type
// returns: paper: str? - id of the paper that says so
// returns: title: str? - its title
// returns: year: int? - its year
// returns: quote: str? - the sentence that says so
// returns: confidence: float - confidence of that sentence
// returns: edge: str - id of the edge
// returns: note: str? - what must be said of the paper's text, such as methodkg summary
// sparql: none - SPARQL 1.1 says whether there is a path, not which
// ask: how are {source} and {target} related?
// ask: how are {source} and {target} connected?
// ask: how are {source} and {target} linked?
// ask: how is {source} related to {target}?
// ask: how is {source} connected to {target}?
// ask: how is {source} connected with {target}?
// ask: how is {source} linked to {target}?
// ask: what connects {source} and {target}?
// ask: what connects {source} with {target}?
// ask: what links {source} and {target}?
// ask: what do {source} and {target} have in common?
// ask: path from {source} to {target}
// ask: shortest path from {source} to {target}
UNWIND $source AS source_id
MATCH (a:Paper|Method|Problem|Task|Dataset|Benchmark|Metric|Result {id: source_id})
UNWIND $target AS target_id
MATCH (b:Paper|Method|Problem|Task|Dataset|Benchmark|Metric|Result {id: target_id})
WHERE a.id <> b.id
MATCH path = allShortestPaths((a)-[:INTRODUCES|TARGETS|ABOUT|APPLIED_TO|USES|COMPARED_WITH|EVALUATED_ON|REPORTS|OF|`ON`|AGAINST|BROADER*..6]-(b))
WITH path, reduce(key = '', r IN relationships(path) | key + r.id + ' ') AS key
ORDER BY length(path), key
LIMIT 1
UNWIND range(0, length(path) - 1) AS i
WITH i, nodes(path)[i] AS n, relationships(path)[i] AS e, nodes(path)[i + 1] AS o
WITH i, n, e, o, e.paper AS paper_id
OPTIONAL MATCH (w:Paper {id: paper_id})
RETURN i + 1 AS step, n.name AS name, labels(n)[0] AS type,
  CASE WHEN startNode(e).id = n.id THEN '->' ELSE '<-' END AS direction, type(e) AS relation,
  coalesce(e.stance, e.outcome) AS says, o.name AS other, labels(o)[0] AS other_type, w.id AS paper,
  w.name AS title, w.year AS year, e.quote AS quote, e.confidence AS confidence, e.id AS edge, w.note AS note
ORDER BY step, e.id
