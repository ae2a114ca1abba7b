// about: How two things hang together: the rarest shortest chain of at most six edges, none by a metric.
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
MATCH path = shortestPath((a)-[:INTRODUCES|TARGETS|ABOUT|APPLIED_TO|USES|COMPARED_WITH|EVALUATED_ON|REPORTS|OF|`ON`|AGAINST|BROADER*..6]-(b))
WITH a, b, length(path) AS steps
ORDER BY steps, a.id, b.id
LIMIT 1
// The chain is made from both its ends, always at the rarer one, by what is rarest there; `forth` says that
// it is the front. With two steps left it stays as it is.
WITH steps, [a.id] AS front, [b.id] AS back, a.support <= b.support AS forth
UNWIND [CASE WHEN forth THEN last(front) ELSE head(back) END] AS near_id
UNWIND [CASE WHEN forth THEN head(back) ELSE last(front) END] AS far_id
MATCH (far:Paper|Method|Problem|Task|Dataset|Benchmark|Metric|Result {id: far_id})
OPTIONAL MATCH (near:Paper|Method|Problem|Task|Dataset|Benchmark|Metric|Result {id: CASE WHEN steps > 2 THEN near_id ELSE '' END})-[:INTRODUCES|TARGETS|ABOUT|APPLIED_TO|USES|COMPARED_WITH|EVALUATED_ON|REPORTS|OF|`ON`|AGAINST|BROADER]-(one)
WITH DISTINCT steps, front, back, forth, far, coalesce(one.id, near_id) AS one_id
MATCH (one:Paper|Method|Problem|Task|Dataset|Benchmark|Metric|Result {id: one_id})
MATCH path1 = shortestPath((one)-[:INTRODUCES|TARGETS|ABOUT|APPLIED_TO|USES|COMPARED_WITH|EVALUATED_ON|REPORTS|OF|`ON`|AGAINST|BROADER*..5]-(far))
WITH steps, front, back, forth, far, one, length(path1) AS rest1
WHERE steps <= 2 OR rest1 = steps - 1
WITH steps, front, back, forth, far, one
ORDER BY one.support, one.id
LIMIT 1
WITH CASE WHEN steps > 2 THEN steps - 1 ELSE steps END AS steps,
  CASE WHEN steps > 2 AND forth THEN front + [one.id] ELSE front END AS front,
  CASE WHEN steps > 2 AND NOT forth THEN [one.id] + back ELSE back END AS back,
  forth = (one.support <= far.support) AS forth
UNWIND [CASE WHEN forth THEN last(front) ELSE head(back) END] AS near_id
UNWIND [CASE WHEN forth THEN head(back) ELSE last(front) END] AS far_id
MATCH (far:Paper|Method|Problem|Task|Dataset|Benchmark|Metric|Result {id: far_id})
OPTIONAL MATCH (near:Paper|Method|Problem|Task|Dataset|Benchmark|Metric|Result {id: CASE WHEN steps > 2 THEN near_id ELSE '' END})-[:INTRODUCES|TARGETS|ABOUT|APPLIED_TO|USES|COMPARED_WITH|EVALUATED_ON|REPORTS|OF|`ON`|AGAINST|BROADER]-(one)
WITH DISTINCT steps, front, back, forth, far, coalesce(one.id, near_id) AS one_id
MATCH (one:Paper|Method|Problem|Task|Dataset|Benchmark|Metric|Result {id: one_id})
MATCH path2 = shortestPath((one)-[:INTRODUCES|TARGETS|ABOUT|APPLIED_TO|USES|COMPARED_WITH|EVALUATED_ON|REPORTS|OF|`ON`|AGAINST|BROADER*..4]-(far))
WITH steps, front, back, forth, far, one, length(path2) AS rest2
WHERE steps <= 2 OR rest2 = steps - 1
WITH steps, front, back, forth, far, one
ORDER BY one.support, one.id
LIMIT 1
WITH CASE WHEN steps > 2 THEN steps - 1 ELSE steps END AS steps,
  CASE WHEN steps > 2 AND forth THEN front + [one.id] ELSE front END AS front,
  CASE WHEN steps > 2 AND NOT forth THEN [one.id] + back ELSE back END AS back,
  forth = (one.support <= far.support) AS forth
UNWIND [CASE WHEN forth THEN last(front) ELSE head(back) END] AS near_id
UNWIND [CASE WHEN forth THEN head(back) ELSE last(front) END] AS far_id
MATCH (far:Paper|Method|Problem|Task|Dataset|Benchmark|Metric|Result {id: far_id})
OPTIONAL MATCH (near:Paper|Method|Problem|Task|Dataset|Benchmark|Metric|Result {id: CASE WHEN steps > 2 THEN near_id ELSE '' END})-[:INTRODUCES|TARGETS|ABOUT|APPLIED_TO|USES|COMPARED_WITH|EVALUATED_ON|REPORTS|OF|`ON`|AGAINST|BROADER]-(one)
WITH DISTINCT steps, front, back, forth, far, coalesce(one.id, near_id) AS one_id
MATCH (one:Paper|Method|Problem|Task|Dataset|Benchmark|Metric|Result {id: one_id})
MATCH path3 = shortestPath((one)-[:INTRODUCES|TARGETS|ABOUT|APPLIED_TO|USES|COMPARED_WITH|EVALUATED_ON|REPORTS|OF|`ON`|AGAINST|BROADER*..3]-(far))
WITH steps, front, back, forth, far, one, length(path3) AS rest3
WHERE steps <= 2 OR rest3 = steps - 1
WITH steps, front, back, forth, far, one
ORDER BY one.support, one.id
LIMIT 1
WITH CASE WHEN steps > 2 THEN steps - 1 ELSE steps END AS steps,
  CASE WHEN steps > 2 AND forth THEN front + [one.id] ELSE front END AS front,
  CASE WHEN steps > 2 AND NOT forth THEN [one.id] + back ELSE back END AS back,
  forth = (one.support <= far.support) AS forth
UNWIND [CASE WHEN forth THEN last(front) ELSE head(back) END] AS near_id
UNWIND [CASE WHEN forth THEN head(back) ELSE last(front) END] AS far_id
MATCH (far:Paper|Method|Problem|Task|Dataset|Benchmark|Metric|Result {id: far_id})
OPTIONAL MATCH (near:Paper|Method|Problem|Task|Dataset|Benchmark|Metric|Result {id: CASE WHEN steps > 2 THEN near_id ELSE '' END})-[:INTRODUCES|TARGETS|ABOUT|APPLIED_TO|USES|COMPARED_WITH|EVALUATED_ON|REPORTS|OF|`ON`|AGAINST|BROADER]-(one)
WITH DISTINCT steps, front, back, forth, far, coalesce(one.id, near_id) AS one_id
MATCH (one:Paper|Method|Problem|Task|Dataset|Benchmark|Metric|Result {id: one_id})
MATCH path4 = shortestPath((one)-[:INTRODUCES|TARGETS|ABOUT|APPLIED_TO|USES|COMPARED_WITH|EVALUATED_ON|REPORTS|OF|`ON`|AGAINST|BROADER*..2]-(far))
WITH steps, front, back, forth, far, one, length(path4) AS rest4
WHERE steps <= 2 OR rest4 = steps - 1
WITH steps, front, back, forth, far, one
ORDER BY one.support, one.id
LIMIT 1
WITH CASE WHEN steps > 2 THEN steps - 1 ELSE steps END AS steps,
  CASE WHEN steps > 2 AND forth THEN front + [one.id] ELSE front END AS front,
  CASE WHEN steps > 2 AND NOT forth THEN [one.id] + back ELSE back END AS back,
  forth = (one.support <= far.support) AS forth
// What lies between, where something does; then the best edge of each step.
UNWIND [CASE WHEN forth THEN last(front) ELSE head(back) END] AS near_id
UNWIND [CASE WHEN forth THEN head(back) ELSE last(front) END] AS far_id
MATCH (far:Paper|Method|Problem|Task|Dataset|Benchmark|Metric|Result {id: far_id})
OPTIONAL MATCH (near:Paper|Method|Problem|Task|Dataset|Benchmark|Metric|Result {id: CASE WHEN steps > 1 THEN near_id ELSE '' END})-[:INTRODUCES|TARGETS|ABOUT|APPLIED_TO|USES|COMPARED_WITH|EVALUATED_ON|REPORTS|OF|`ON`|AGAINST|BROADER]-(mid)-[:INTRODUCES|TARGETS|ABOUT|APPLIED_TO|USES|COMPARED_WITH|EVALUATED_ON|REPORTS|OF|`ON`|AGAINST|BROADER]-(far)
WITH DISTINCT front, back, mid.id AS mid_id, coalesce(mid.support, 0) AS support
ORDER BY support, mid_id
LIMIT 1
WITH front + CASE WHEN mid_id IS NULL THEN [] ELSE [mid_id] END + back AS ids
UNWIND range(0, size(ids) - 2) AS i
WITH i, ids[i] AS from_id, ids[i + 1] AS to_id
MATCH (n:Paper|Method|Problem|Task|Dataset|Benchmark|Metric|Result {id: from_id})
MATCH (o:Paper|Method|Problem|Task|Dataset|Benchmark|Metric|Result {id: to_id})
MATCH (n)-[e:INTRODUCES|TARGETS|ABOUT|APPLIED_TO|USES|COMPARED_WITH|EVALUATED_ON|REPORTS|OF|`ON`|AGAINST|BROADER]-(o)
WITH i, n, o, e
ORDER BY i, e.confidence DESC, e.id
WITH i, n, o, head(collect(e)) AS e
WITH i, n, e, o, e.paper AS paper_id
OPTIONAL MATCH (w:Paper {id: paper_id})
RETURN i + 1 AS step, n.name AS name, labels(n)[0] AS type,
  CASE WHEN startNode(e).id = n.id THEN '->' ELSE '<-' END AS direction, type(e) AS relation,
  coalesce(e.stance, e.outcome) AS says, o.name AS other, labels(o)[0] AS other_type, w.id AS paper,
  w.name AS title, w.year AS year, e.quote AS quote, e.confidence AS confidence, e.id AS edge, w.note AS note
ORDER BY step, e.id
